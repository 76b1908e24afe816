#include "fp4/encode/tensor_scale.hpp"

#include <algorithm>
#include <cmath>

namespace fp4 {
float full_range(Encoder encoder, Format format, int e3m3_max) {
    const FormatSpec& spec = spec_of(format);
    const float element = spec.largest_element();
    if (const int largest = spec_of(encoder).tensor_scale.largest_block_scale)
        return element * static_cast<float>(largest);
    if (spec.has_e3m3_max()) return element * static_cast<float>(e3m3_max);
    return element * scale_to_float(decode_scale(spec.scale_spec(), spec.encode_max));
}

TensorScale tensor_scale_of(Encoder encoder, Format format, float amax, int e3m3_max) {
    const TensorScaleRule& rule = spec_of(encoder).tensor_scale;
    if (rule.kind == TensorScaleKind::one || amax == 0) return {{1.0f}, {1.0f}, amax};
    const float range = full_range(encoder, format, e3m3_max);
    if (rule.kind == TensorScaleKind::multiplier) {
        const float multiplier = std::max(amax / range, std::numeric_limits<float>::min());
        return {{multiplier}, {1.0f / multiplier}, amax};
    }
    const auto rounded = [&](float x) { return rule.bf16 ? round_to_bf16(x) : x; };
    float divisor =
        rule.by_reciprocal ? rounded(range * rounded(1.0f / amax)) : rounded(range / amax);
    if (std::isinf(divisor)) divisor = rule.infinite_divisor;
    return {{1.0f / divisor}, {divisor}, amax};
}

TensorScale tensor_scale_of(Encoder encoder, Format format, TensorMultiplier given, int e3m3_max) {
    return {given, {1.0f / given.value}, given.value * full_range(encoder, format, e3m3_max)};
}

TensorScale tensor_scale_of(Encoder encoder, Format format, TensorDivisor given, int e3m3_max) {
    return {{1.0f / given.value}, given, full_range(encoder, format, e3m3_max) / given.value};
}

float tensor_scale_for(Format format, float amax) {
    const auto encoder = default_encoder(format);
    return encoder ? tensor_scale_of(*encoder, format, amax).multiplier.value : 1.0f;
}

} // namespace fp4
