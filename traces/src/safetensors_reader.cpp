#include <array>
#include <utility>

#include "fp4/traces/safetensors.hpp"
#include "message.hpp"
#include "posix_io.hpp"

namespace fp4::traces {
namespace {

constexpr uint64_t length_field_bytes = 8;

Error length_error(const std::filesystem::path& path, const std::string& expected, uint64_t found) {
    return {ErrorCode::bad_file, printable_path(path) + ": header length at byte 0: expected " + expected + ", found " + std::to_string(found)};
}

} // namespace

SafetensorsFile::SafetensorsFile(std::filesystem::path path, FileDescriptor fd, uint64_t data_begin, SafetensorsHeader header)
    : path_(std::move(path)), fd_(std::move(fd)), data_begin_(data_begin), header_(std::move(header)) {}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
    auto file = open_regular_file(path);
    if (!file) return file.error();
    if (file->size < length_field_bytes)
        return Error{ErrorCode::bad_file, printable_path(path) + ": expected a safetensors file of at least 8 bytes, found " + std::to_string(file->size)};

    std::array<std::byte, length_field_bytes> length_bytes{};
    if (const auto read = read_at(file->fd.get(), 0, length_bytes, path); !read) return read.error();
    uint64_t length = 0;
    for (size_t i = 0; i < length_bytes.size(); ++i) length |= std::to_integer<uint64_t>(length_bytes[i]) << (8 * i);
    const uint64_t after_field = file->size - length_field_bytes;
    if (length > max_header_bytes) return length_error(path, "at most " + std::to_string(max_header_bytes), length);
    if (length > after_field) return length_error(path, "at most " + std::to_string(after_field) + ", the rest of the file", length);

    std::vector<std::byte> json(length);
    if (const auto read = read_at(file->fd.get(), length_field_bytes, json, path); !read) return read.error();
    auto header = parse_safetensors_header(json, after_field - length, path.native());
    if (!header) return header.error();
    return SafetensorsFile(path, std::move(file->fd), length_field_bytes + length, std::move(*header));
}

Status SafetensorsFile::read(const TensorInfo& tensor, std::span<std::byte> bytes) const {
    if (bytes.size() != tensor.byte_size())
        return Error{ErrorCode::bad_argument, printable_path(path_) + ": tensor " + in_quotes(tensor.name) + ": expected room for " + std::to_string(tensor.byte_size()) +
                                                  " bytes, found " + std::to_string(bytes.size())};
    return read_part(tensor, 0, bytes);
}

Status SafetensorsFile::read_part(const TensorInfo& tensor, uint64_t offset, std::span<std::byte> bytes) const {
    const auto where = [&] { return printable_path(path_) + ": tensor " + in_quotes(tensor.name) + ": "; };
    if (tensor.dtype == Dtype::other) return Error{ErrorCode::bad_file, where() + "dtype: expected a known one, found " + in_quotes(tensor.dtype_name)};
    if (offset > tensor.byte_size() || bytes.size() > tensor.byte_size() - offset)
        return Error{ErrorCode::bad_argument, where() + "expected bytes within 0 to " + std::to_string(tensor.byte_size()) + ", found " + std::to_string(bytes.size()) +
                                                  " from " + std::to_string(offset)};
    return read_at(fd_.get(), file_offset(tensor) + offset, bytes, path_);
}

} // namespace fp4::traces
