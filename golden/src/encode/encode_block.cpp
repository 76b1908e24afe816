#include "fp4/encode_block.hpp"

#include <limits>

#include "fp4/e2m1_round.hpp"

namespace fp4 {

BlockEncoder::BlockEncoder(Encoder encoder, Format format, Specials specials, int e3m3_max)
    : encoder_(encoder), format_(format), specials_(specials) {
    if (format == Format::razer_w) razer_w_.emplace(specials, e3m3_max, razer_ties_of(encoder));
}

uint8_t BlockEncoder::encode_finite(std::span<const float> x, const TensorScale& tensor_scale,
                                    std::span<uint8_t> codes) const {
    if (format_ == Format::mxfp4)
        return encode_block_ocp(encoder_, x.first<32>(), codes.first<32>());
    const auto x16 = x.first<dot_lanes>();
    const EncodedBlock block = [&] {
        if (format_ == Format::razer_w) return (*razer_w_)(x16, tensor_scale.multiplier.value);
        if (format_ == Format::razer_a)
            return encode_block_razer_a(encoder_, x16, tensor_scale.multiplier.value, specials_);
        if (encoder_ == Encoder::fouroversix || encoder_ == Encoder::fouroversix_448)
            return encode_block_fouroversix(encoder_, x16, tensor_scale);
        if (encoder_ == Encoder::mse) return encode_block_mse(x16, tensor_scale);
        if (encoder_ == Encoder::ggml) return encode_block_ggml(x16);
        return encode_block_nvfp4(encoder_, x16, tensor_scale);
    }();
    std::ranges::copy(block.codes, codes.begin());
    return block.scale_byte;
}

uint8_t BlockEncoder::encode_block(std::span<const float> x, const TensorScale& tensor_scale,
                                   std::span<uint8_t> codes) const {
    if (std::ranges::all_of(x, [](float value) { return std::isfinite(value); }))
        return encode_finite(x, tensor_scale, codes);
    std::array<float, 32> finite{};
    for (size_t i = 0; i < x.size(); ++i)
        finite[i] = std::isnan(x[i])   ? 0.0f
                    : std::isinf(x[i]) ? std::copysign(std::numeric_limits<float>::max(), x[i])
                                       : x[i];
    const uint8_t scale_byte =
        encode_finite(std::span(finite).first(x.size()), tensor_scale, codes);
    for (size_t i = 0; i < x.size(); ++i)
        if (!std::isfinite(x[i])) codes[i] = encode_e2m1_rne(x[i]).code;
    return scale_byte;
}

} // namespace fp4
