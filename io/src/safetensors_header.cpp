#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fp4/io/safetensors.hpp"
#include "header_sax.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

Error header_error(std::string_view file_name, const std::string& expected,
                   const std::string& found) {
    return {ErrorCode::bad_file,
            std::string(file_name) + ": header: expected " + expected + ", found " + found};
}

// The object without the spaces after it. Refuses what the JSON parser would let pass: a byte order
// mark, white space before and after the object, and anything behind a NUL byte.
Result<std::string_view> frame_object(std::string_view json, std::string_view file_name) {
    if (json.size() > max_header_bytes)
        return header_error(file_name, "at most " + std::to_string(max_header_bytes) + " bytes",
                            std::to_string(json.size()));
    if (!json.starts_with('{'))
        return header_error(file_name, "'{' as byte 8",
                            json.empty() ? "an empty header" : in_quotes(json.substr(0, 1)));
    const auto last = json.find_last_not_of(' ');
    if (json[last] != '}')
        return header_error(file_name, "an object with nothing but spaces after it",
                            in_quotes(json.substr(last, 1)) + " at byte " +
                                std::to_string(8 + last));
    if (const auto nul = json.find('\0'); nul != json.npos)
        return header_error(file_name, "JSON text",
                            "a NUL byte at byte " + std::to_string(8 + nul));
    return json.substr(0, last + 1);
}

// The tensors, sorted by offset, must cover the buffer once: no hole, no overlap, nothing left
// over.
Status check_tiling(std::span<const TensorInfo> tensors, uint64_t buffer_bytes,
                    std::string_view file_name) {
    const TensorInfo* previous = nullptr;
    for (const auto& tensor : tensors) {
        const uint64_t begin = previous ? previous->end : 0;
        if (tensor.begin != begin)
            return Error{
                ErrorCode::bad_file,
                std::string(file_name) + ": tensor " + in_quotes(tensor.name) +
                    ": data_offsets: expected to begin at " + std::to_string(begin) +
                    (previous ? ", where tensor " + in_quotes(previous->name) + " ends" : "") +
                    ", found " + std::to_string(tensor.begin) +
                    (tensor.begin > begin ? " (a hole)" : " (an overlap)")};
        previous = &tensor;
    }
    const uint64_t end = previous ? previous->end : 0;
    if (end != buffer_bytes)
        return header_error(file_name,
                            "tensors that fill the data buffer of " + std::to_string(buffer_bytes) +
                                " bytes",
                            "the last one ending at " + std::to_string(end));
    return Done{};
}

} // namespace

Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> header_json,
                                                   uint64_t buffer_bytes,
                                                   std::string_view file_name) {
    const std::string name = printable_path(file_name);
    const auto json =
        frame_object({reinterpret_cast<const char*>(header_json.data()), header_json.size()}, name);
    if (!json) return json.error();

    HeaderSax sax(*json, buffer_bytes, name);
    nlohmann::json::sax_parse(sax.first(), sax.last(), &sax);
    if (sax.error()) return *sax.error();

    auto header = std::move(sax.header());
    const auto by_offset = [](const TensorInfo& a, const TensorInfo& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    };
    std::stable_sort(header.tensors.begin(), header.tensors.end(), by_offset);
    FP4_TRY(check_tiling(header.tensors, buffer_bytes, name));

    header.by_name.resize(header.tensors.size());
    std::iota(header.by_name.begin(), header.by_name.end(), size_t{0});
    std::sort(header.by_name.begin(), header.by_name.end(),
              [&](size_t a, size_t b) { return header.tensors[a].name < header.tensors[b].name; });
    return header;
}

const TensorInfo* SafetensorsHeader::find(std::string_view name) const {
    const auto at = std::lower_bound(
        by_name.begin(), by_name.end(), name,
        [&](size_t index, std::string_view wanted) { return tensors[index].name < wanted; });
    return at != by_name.end() && tensors[*at].name == name ? &tensors[*at] : nullptr;
}

} // namespace fp4::io
