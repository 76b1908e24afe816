#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "fp4/io/file_kind.hpp"
#include "fp4/io/mapped_file.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

constexpr uint64_t length_field_bytes = 8;

Error length_error(const std::filesystem::path& path, const std::string& expected, uint64_t found) {
    return {ErrorCode::bad_file, printable_path(path) + ": header length at byte 0: expected " +
                                     expected + ", found " + std::to_string(found)};
}

std::string tensor_text(const std::filesystem::path& path, const TensorInfo& tensor) {
    return printable_path(path) + ": tensor " + in_quotes(tensor.name) + ": ";
}

Error dtype_error(const std::filesystem::path& path, const TensorInfo& tensor) {
    return {ErrorCode::bad_file, tensor_text(path, tensor) + "dtype: expected a known one, found " +
                                     in_quotes(tensor.dtype_name)};
}

} // namespace

struct SafetensorsFile::Mapping {
    std::once_flag once;
    std::optional<Result<MappedFile>> file;
};

SafetensorsFile::SafetensorsFile(std::filesystem::path path, FileDescriptor fd, uint64_t data_begin,
                                 SafetensorsHeader header, FileAccess access)
    : path_(std::move(path)), fd_(std::move(fd)), data_begin_(data_begin),
      header_(std::move(header)),
      mapping_(access == FileAccess::mapped ? std::make_unique<Mapping>() : nullptr) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path,
                                              FileAccess access) {
    FP4_TRY_ASSIGN(auto file, open_regular_file(path));
    FP4_TRY_ASSIGN(const auto kind, kind_of_file(file.fd.get(), file.size, path));
    if (is_foreign_to(kind, FileKind::safetensors))
        return wrong_kind(printable_path(path), "a safetensors file", kind);
    if (file.size < length_field_bytes)
        return Error{ErrorCode::bad_file,
                     printable_path(path) +
                         ": expected a safetensors file of at least 8 bytes, found " +
                         std::to_string(file.size)};

    std::array<std::byte, length_field_bytes> length_bytes{};
    FP4_TRY(read_at(file.fd.get(), 0, length_bytes, path));
    uint64_t length = 0;
    for (size_t i = 0; i < length_bytes.size(); ++i)
        length |= std::to_integer<uint64_t>(length_bytes[i]) << (8 * i);
    const uint64_t after_field = file.size - length_field_bytes;
    if (length > max_header_bytes)
        return length_error(path, "at most " + std::to_string(max_header_bytes), length);
    if (length > after_field)
        return length_error(
            path, "at most " + std::to_string(after_field) + ", the rest of the file", length);

    std::vector<std::byte> json(length);
    FP4_TRY(read_at(file.fd.get(), length_field_bytes, json, path));
    FP4_TRY_ASSIGN(auto header,
                   parse_safetensors_header(json, after_field - length, path.native()));
    return SafetensorsFile(path, std::move(file.fd), length_field_bytes + length, std::move(header),
                           access);
}

Status SafetensorsFile::read(const TensorInfo& tensor, std::span<std::byte> bytes) const {
    if (bytes.size() != tensor.byte_size())
        return Error{ErrorCode::bad_argument, printable_path(path_) + ": tensor " +
                                                  in_quotes(tensor.name) + ": expected room for " +
                                                  std::to_string(tensor.byte_size()) +
                                                  " bytes, found " + std::to_string(bytes.size())};
    return read_part(tensor, 0, bytes);
}

Status SafetensorsFile::read_part(const TensorInfo& tensor, uint64_t offset,
                                  std::span<std::byte> bytes) const {
    if (tensor.dtype == Dtype::other) return dtype_error(path_, tensor);
    if (offset > tensor.byte_size() || bytes.size() > tensor.byte_size() - offset)
        return Error{ErrorCode::bad_argument,
                     tensor_text(path_, tensor) + "expected bytes within 0 to " +
                         std::to_string(tensor.byte_size()) + ", found " +
                         std::to_string(bytes.size()) + " from " + std::to_string(offset)};
    return read_at(fd_.get(), file_offset(tensor) + offset, bytes, path_);
}

Result<std::span<const std::byte>> SafetensorsFile::bytes(const TensorInfo& tensor) const {
    if (!mapping_)
        return Error{ErrorCode::bad_argument,
                     tensor_text(path_, tensor) + "expected a file opened for mapping"};
    if (tensor.dtype == Dtype::other) return dtype_error(path_, tensor);
    std::call_once(mapping_->once, [&] {
        const auto& tensors = header_.tensors;
        mapping_->file.emplace(MappedFile::map(
            fd_.get(), data_begin_ + (tensors.empty() ? 0 : tensors.back().end), path_));
    });
    if (!*mapping_->file) return mapping_->file->error();
    return (*mapping_->file)->bytes().subspan(file_offset(tensor), tensor.byte_size());
}

} // namespace fp4::io
