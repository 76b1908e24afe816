// safetensors files: u64 little-endian header length, JSON header, data buffer that the tensors
// tile without gap.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/dtype.hpp"
#include "fp4/io/file_descriptor.hpp"

namespace fp4::io {

// Limits of the reader; the writer keeps them too.
inline constexpr uint64_t max_header_bytes = 100'000'000;
inline constexpr size_t max_tensors = size_t{1} << 18; // also of metadata entries
inline constexpr size_t max_rank = 64;
inline constexpr uint64_t max_header_integer = uint64_t{1} << 63; // dimensions and offsets

using Metadata = std::map<std::string, std::string, std::less<>>;

struct TensorInfo {
    std::string name;
    Dtype dtype = Dtype::other;
    std::string dtype_name;      // as it stands in the file
    std::vector<uint64_t> shape; // empty: a scalar
    uint64_t begin = 0;          // bytes from the start of the data buffer
    uint64_t end = 0;

    uint64_t byte_size() const { return end - begin; }
};

struct SafetensorsHeader {
    std::vector<TensorInfo> tensors; // in the order of the data buffer
    std::vector<size_t> by_name;     // indices of `tensors`, names ascending
    Metadata metadata;

    const TensorInfo* find(std::string_view name) const; // null: no such tensor
};

// Checks and reads the JSON of a header (without the length field) against a data buffer of
// `buffer_bytes`. Every deviation is bad_file; "byte N" in a message counts from the start of the
// file and is the last byte of the offending token. A tensor of unknown dtype is listed without a
// check of its size. Unknown fields of a tensor are refused.
Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> header_json,
                                                   uint64_t buffer_bytes,
                                                   std::string_view file_name);

// How bytes() gets at a file's data. A mapped file that another program shortens ends the process
// (SIGBUS); `read` has no such risk.
enum class FileAccess : uint8_t { mapped, read };

// An open file whose header has passed every check.
class SafetensorsFile {
  public:
    static Result<SafetensorsFile> open(const std::filesystem::path& path,
                                        FileAccess access = FileAccess::mapped);
    SafetensorsFile(SafetensorsFile&&) noexcept;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
    ~SafetensorsFile();

    const std::filesystem::path& path() const { return path_; }
    std::span<const TensorInfo> tensors() const { return header_.tensors; }
    const Metadata& metadata() const { return header_.metadata; }
    const TensorInfo* find(std::string_view name) const {
        return header_.find(name);
    } // null: no such tensor

    // File position of the tensor's first byte; no alignment is promised.
    uint64_t file_offset(const TensorInfo& tensor) const { return data_begin_ + tensor.begin; }

    // The tensor's raw bytes. `bytes` must have the tensor's size (bad_argument); an unknown dtype,
    // a read error or a file that has become shorter is bad_file.
    Status read(const TensorInfo& tensor, std::span<std::byte> bytes) const;

    // The same for the bytes from `offset` of the tensor on.
    Status read_part(const TensorInfo& tensor, uint64_t offset, std::span<std::byte> bytes) const;

    // The tensor's bytes without a copy, not aligned, valid as long as the file object or what it
    // was moved to. The first call maps the file; threads may call at once. bad_argument: opened
    // with FileAccess::read. bad_file: an unknown dtype, or the file cannot be mapped.
    Result<std::span<const std::byte>> bytes(const TensorInfo& tensor) const;

  private:
    struct Mapping;

    SafetensorsFile(std::filesystem::path path, FileDescriptor fd, uint64_t data_begin,
                    SafetensorsHeader header, FileAccess access);

    std::filesystem::path path_;
    FileDescriptor fd_;
    uint64_t data_begin_;
    SafetensorsHeader header_;
    std::unique_ptr<Mapping> mapping_; // null: FileAccess::read
};

// A tensor as a header describes it.
struct TensorSpec {
    std::string name;
    Dtype dtype = Dtype::other;
    std::vector<uint64_t> shape; // empty: a scalar
};

// Writes a file whose tensors are known beforehand and whose bytes come bit by bit, so that no more
// than one part of them is in memory. The file is atomic, in the official order and has "format":
// "pt" in its metadata: same input, same bytes.
class SafetensorsStream {
  public:
    // bad_argument: a name twice, reserved or not UTF-8, an unknown dtype, a shape that is no whole
    // number of bytes, metadata with another "format", a limit above exceeded. write_failed: the
    // file system.
    static Result<SafetensorsStream> create(const std::filesystem::path& path,
                                            const Metadata& metadata,
                                            std::span<const TensorSpec> tensors);

    // The next bytes of a tensor. Tensors are filled in any order, also in turns. bad_argument: no
    // such tensor, more bytes than it has.
    Status append(std::string_view tensor, std::span<const std::byte> bytes);

    // bad_argument while a tensor lacks bytes; otherwise as AtomicFile::commit.
    Status commit();

  private:
    struct Unfilled {
        uint64_t next; // file position of the next byte
        uint64_t end;
    };

    SafetensorsStream(std::filesystem::path path, AtomicFile file,
                      std::map<std::string, Unfilled, std::less<>> tensors);

    std::filesystem::path path_;
    AtomicFile file_;
    std::map<std::string, Unfilled, std::less<>> tensors_;
};

// What the writer stores; `bytes` is read during the call only.
struct TensorData {
    std::string name;
    Dtype dtype = Dtype::other;
    std::vector<uint64_t> shape;
    std::span<const std::byte> bytes;
};

// SafetensorsStream in one call. bad_argument also: bytes that do not fit the shape.
Status write_safetensors(const std::filesystem::path& path, const Metadata& metadata,
                         std::span<const TensorData> tensors);

} // namespace fp4::io
