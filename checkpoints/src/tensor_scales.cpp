#include "tensor_scales.hpp"

#include <algorithm>

#include "fp4/formats/scale.hpp"

namespace fp4::checkpoints {

std::vector<float> telling(std::span<const float> scales) {
    const auto wrong = std::ranges::find_if(scales, [](float scale) {
        return !check_scale_number({{}, {}, scale});
    });
    if (wrong != scales.end()) return {*wrong};
    const auto [least, largest] = std::ranges::minmax(scales);
    if (least == largest) return {least};
    return {least, largest};
}

float full_scale_range(const LayoutSpec& layout, const QuantizationConfig& config) {
    const FormatSpec& format = spec_of(layout.weight_format);
    if (format.has_specials()) return 6.0f * static_cast<float>(config.e3m3_max);
    const ScaleSpec& scale = format.scale_spec();
    return 6.0f * scale_to_float(decode_scale(scale, scale.max_payload));
}

std::string kv_cache_note(const QuantizationConfig& config,
                          std::span<const TensorLocation> scales) {
    std::vector<std::string> names;
    for (const auto& at : scales) names.push_back(at.tensor->name);
    const auto count = names.empty() ? std::string("no") : std::to_string(names.size());
    return "the KV cache's quantization" +
           (config.kv_cache.empty() ? "" : " (" + io::printable(config.kv_cache) + ")") +
           " and its " + count + " scales" + (names.empty() ? "" : " (" + some_of(names) + ")");
}

} // namespace fp4::checkpoints
