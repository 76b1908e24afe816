#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

constexpr size_t alignment = 8;
constexpr size_t length_field_bytes = 8;
constexpr uint64_t max_file_bytes = uint64_t{1} << 62;

using Ordered = std::vector<const TensorSpec*>;

Error refuse(const std::filesystem::path& path, const std::string& what) {
    return {ErrorCode::bad_argument, printable_path(path) + ": " + what};
}

Ordered official_order(std::span<const TensorSpec> tensors) {
    Ordered ordered;
    for (const auto& tensor : tensors) ordered.push_back(&tensor);
    std::sort(ordered.begin(), ordered.end(), [](const TensorSpec* a, const TensorSpec* b) {
        return a->dtype != b->dtype ? a->dtype > b->dtype : a->name < b->name;
    });
    return ordered;
}

uint64_t byte_size(const TensorSpec& tensor) {
    return *packed_bytes(tensor.dtype, *element_count(tensor.shape));
}

Status check_tensor(const TensorSpec& tensor, const std::filesystem::path& path) {
    const auto bad = [&](const std::string& what) {
        return refuse(path, "tensor " + in_quotes(tensor.name) + ": " + what);
    };
    if (tensor.name == "__metadata__" || !is_utf8(tensor.name))
        return bad("name: expected UTF-8 other than __metadata__");
    if (tensor.dtype >= Dtype::other) return bad("dtype: expected a known one");
    if (tensor.shape.size() > max_rank)
        return bad("shape: expected at most 64 dimensions, found " +
                   std::to_string(tensor.shape.size()));
    for (const uint64_t dimension : tensor.shape)
        if (dimension > max_header_integer)
            return bad("shape: expected dimensions up to 2^63, found " + std::to_string(dimension));
    const auto elements = element_count(tensor.shape);
    if (!elements || !packed_bytes(tensor.dtype, *elements))
        return bad("shape: expected whole bytes and a size below 2^61 bytes");
    return Done{};
}

Status check_metadata(const Metadata& metadata, const std::filesystem::path& path) {
    for (const auto& [key, value] : metadata)
        if (!is_utf8(key) || !is_utf8(value))
            return refuse(path, "__metadata__: key " + in_quotes(key) + ": expected UTF-8");
    if (const auto format = metadata.find("format");
        format != metadata.end() && format->second != "pt")
        return refuse(path, "__metadata__: key 'format': expected 'pt', found " +
                                in_quotes(format->second));
    return Done{};
}

Status check_all(const Metadata& metadata, std::span<const TensorSpec> tensors,
                 const std::filesystem::path& path) {
    if (tensors.size() > max_tensors || metadata.size() >= max_tensors)
        return refuse(path, "expected at most " + std::to_string(max_tensors) +
                                " tensors and metadata entries");
    FP4_TRY(check_metadata(metadata, path));
    std::vector<std::string_view> names;
    for (const auto& tensor : tensors) {
        FP4_TRY(check_tensor(tensor, path));
        names.push_back(tensor.name);
    }
    std::sort(names.begin(), names.end());
    if (const auto twin = std::adjacent_find(names.begin(), names.end()); twin != names.end())
        return refuse(path, "tensor " + in_quotes(*twin) +
                                ": expected each name once, found a duplicate");
    return Done{};
}

// Compact, like the official writer's; the text is known to be UTF-8.
template <class T>
std::string json_text(const T& value) {
    return nlohmann::json(value).dump();
}

std::string header_text(const Metadata& metadata, const Ordered& tensors) {
    auto with_format = metadata;
    with_format.insert_or_assign("format", "pt");
    std::string text = "{\"__metadata__\":" + json_text(with_format);
    uint64_t begin = 0;
    for (const auto* tensor : tensors) {
        const uint64_t end = begin + byte_size(*tensor);
        text += ',' + json_text(tensor->name) +
                ":{\"dtype\":" + json_text(spec_of(tensor->dtype).name) +
                ",\"shape\":" + json_text(tensor->shape) +
                ",\"data_offsets\":" + json_text(std::array{begin, end}) + '}';
        begin = end;
    }
    text += '}';
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    return text;
}

// The file begins with this: the length field and the header.
Result<std::string> file_start(const std::filesystem::path& path, const Metadata& metadata,
                               const Ordered& tensors) {
    const auto header = header_text(metadata, tensors);
    if (header.size() > max_header_bytes)
        return refuse(path, "header: expected at most " + std::to_string(max_header_bytes) +
                                " bytes, found " + std::to_string(header.size()));
    std::string start;
    for (size_t i = 0; i < length_field_bytes; ++i)
        start += static_cast<char>(header.size() >> (8 * i));
    return start + header;
}

} // namespace

SafetensorsStream::SafetensorsStream(std::filesystem::path path, AtomicFile file,
                                     std::map<std::string, Unfilled, std::less<>> tensors)
    : path_(std::move(path)), file_(std::move(file)), tensors_(std::move(tensors)) {}

Result<SafetensorsStream> SafetensorsStream::create(const std::filesystem::path& path,
                                                    const Metadata& metadata,
                                                    std::span<const TensorSpec> tensors) {
    FP4_TRY(check_all(metadata, tensors, path));
    const auto ordered = official_order(tensors);
    FP4_TRY_ASSIGN(const auto start, file_start(path, metadata, ordered));

    std::map<std::string, Unfilled, std::less<>> unfilled;
    uint64_t position = start.size();
    for (const auto* tensor : ordered) {
        const uint64_t end = position + byte_size(*tensor);
        if (end > max_file_bytes || end < position)
            return refuse(path, "expected a file of less than 2^62 bytes, found more");
        unfilled.emplace(tensor->name, Unfilled{position, end});
        position = end;
    }
    FP4_TRY_ASSIGN(auto file, AtomicFile::create(path));
    FP4_TRY(file.write(std::as_bytes(std::span(start))));
    return SafetensorsStream(path, std::move(file), std::move(unfilled));
}

Status SafetensorsStream::append(std::string_view tensor, std::span<const std::byte> bytes) {
    const auto at = tensors_.find(tensor);
    if (at == tensors_.end())
        return refuse(path_, "tensor " + in_quotes(tensor) + ": expected one that was announced");
    auto& [next, end] = at->second;
    if (bytes.size() > end - next)
        return refuse(path_, "tensor " + in_quotes(tensor) + ": bytes: expected at most " +
                                 std::to_string(end - next) + " more, found " +
                                 std::to_string(bytes.size()));
    FP4_TRY(file_.write_at(next, bytes));
    next += bytes.size();
    return Done{};
}

Status SafetensorsStream::commit() {
    for (const auto& [name, place] : tensors_)
        if (place.next != place.end)
            return refuse(path_, "tensor " + in_quotes(name) + ": bytes: expected " +
                                     std::to_string(place.end - place.next) + " more, found none");
    return file_.commit();
}

Status write_safetensors(const std::filesystem::path& path, const Metadata& metadata,
                         std::span<const TensorData> tensors) {
    std::vector<TensorSpec> specs;
    for (const auto& tensor : tensors) specs.push_back({tensor.name, tensor.dtype, tensor.shape});
    FP4_TRY_ASSIGN(auto stream, SafetensorsStream::create(path, metadata, specs));
    for (size_t i = 0; i < specs.size(); ++i)
        if (const uint64_t bytes = byte_size(specs[i]); bytes != tensors[i].bytes.size())
            return refuse(path, "tensor " + in_quotes(specs[i].name) + ": bytes: expected " +
                                    std::to_string(bytes) + ", found " +
                                    std::to_string(tensors[i].bytes.size()));
    for (const auto& tensor : tensors) FP4_TRY(stream.append(tensor.name, tensor.bytes));
    return stream.commit();
}

} // namespace fp4::io
