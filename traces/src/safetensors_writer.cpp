#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "fp4/traces/atomic_file.hpp"
#include "fp4/traces/safetensors.hpp"
#include "message.hpp"

namespace fp4::traces {
namespace {

constexpr size_t alignment = 8;

using Ordered = std::vector<const TensorData*>;

Error refuse(const std::filesystem::path& path, const std::string& what) { return {ErrorCode::bad_argument, printable_path(path) + ": " + what}; }

Ordered official_order(std::span<const TensorData> tensors) {
    Ordered ordered;
    for (const auto& tensor : tensors) ordered.push_back(&tensor);
    std::sort(ordered.begin(), ordered.end(), [](const TensorData* a, const TensorData* b) { return a->dtype != b->dtype ? a->dtype > b->dtype : a->name < b->name; });
    return ordered;
}

Status check_tensor(const TensorData& tensor, const std::filesystem::path& path) {
    const auto bad = [&](const std::string& what) { return refuse(path, "tensor " + in_quotes(tensor.name) + ": " + what); };
    if (tensor.name == "__metadata__" || !is_utf8(tensor.name)) return bad("name: expected UTF-8 other than __metadata__");
    if (tensor.dtype >= Dtype::other) return bad("dtype: expected a known one");
    if (tensor.shape.size() > max_rank) return bad("shape: expected at most 64 dimensions, found " + std::to_string(tensor.shape.size()));
    for (const uint64_t dimension : tensor.shape)
        if (dimension > max_header_integer) return bad("shape: expected dimensions up to 2^63, found " + std::to_string(dimension));
    const auto elements = element_count(tensor.shape);
    const auto bytes = elements ? packed_bytes(tensor.dtype, *elements) : std::nullopt;
    if (!bytes) return bad("shape: expected whole bytes and a size below 2^61 bytes");
    if (*bytes != tensor.bytes.size()) return bad("bytes: expected " + std::to_string(*bytes) + ", found " + std::to_string(tensor.bytes.size()));
    return Done{};
}

Status check_metadata(const Metadata& metadata, const std::filesystem::path& path) {
    for (const auto& [key, value] : metadata)
        if (!is_utf8(key) || !is_utf8(value)) return refuse(path, "__metadata__: key " + in_quotes(key) + ": expected UTF-8");
    if (const auto format = metadata.find("format"); format != metadata.end() && format->second != "pt")
        return refuse(path, "__metadata__: key 'format': expected 'pt', found " + in_quotes(format->second));
    return Done{};
}

Status check_all(const Metadata& metadata, std::span<const TensorData> tensors, const std::filesystem::path& path) {
    if (tensors.size() > max_tensors || metadata.size() >= max_tensors)
        return refuse(path, "expected at most " + std::to_string(max_tensors) + " tensors and metadata entries");
    if (auto checked = check_metadata(metadata, path); !checked) return checked;
    std::vector<std::string_view> names;
    for (const auto& tensor : tensors) {
        if (auto checked = check_tensor(tensor, path); !checked) return checked;
        names.push_back(tensor.name);
    }
    std::sort(names.begin(), names.end());
    if (const auto twin = std::adjacent_find(names.begin(), names.end()); twin != names.end())
        return refuse(path, "tensor " + in_quotes(*twin) + ": expected each name once, found a duplicate");
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
        const uint64_t end = begin + tensor->bytes.size();
        text += ',' + json_text(tensor->name) + ":{\"dtype\":" + json_text(spec_of(tensor->dtype).name) + ",\"shape\":" + json_text(tensor->shape) +
                ",\"data_offsets\":" + json_text(std::array{begin, end}) + '}';
        begin = end;
    }
    text += '}';
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    return text;
}

} // namespace

Status write_safetensors(const std::filesystem::path& path, const Metadata& metadata, std::span<const TensorData> tensors) {
    if (auto checked = check_all(metadata, tensors, path); !checked) return checked;
    const auto ordered = official_order(tensors);
    const auto header = header_text(metadata, ordered);
    if (header.size() > max_header_bytes)
        return refuse(path, "header: expected at most " + std::to_string(max_header_bytes) + " bytes, found " + std::to_string(header.size()));

    auto file = AtomicFile::create(path);
    if (!file) return file.error();
    std::array<std::byte, 8> length{};
    for (size_t i = 0; i < length.size(); ++i) length[i] = static_cast<std::byte>(header.size() >> (8 * i));
    if (auto written = file->write(length); !written) return written;
    if (auto written = file->write(std::as_bytes(std::span(header))); !written) return written;
    for (const auto* tensor : ordered)
        if (auto written = file->write(tensor->bytes); !written) return written;
    return file->commit();
}

} // namespace fp4::traces
