#include "fp4/encode/encode_block.hpp"

#include <limits>

#include "encode/code_book_round.hpp"

namespace fp4 {

BlockEncoder::BlockEncoder(Encoder encoder, Format format, Specials specials, int e3m3_max)
    : encoder_(encoder), format_(format), specials_(specials) {
    if (spec_of(encoder).kind == EncoderKind::special_search &&
        spec_of(format).has_second_special())
        razer_w_.emplace(specials, e3m3_max, razer_ties_of(encoder));
    if (spec_of(encoder).kind == EncoderKind::sweep) sweep_.emplace(format, specials, e3m3_max);
}

ScaleRecord BlockEncoder::encode_finite(std::span<const float> x, const TensorScale& tensor_scale,
                                        std::span<uint8_t> codes) const {
    const EncoderKind kind = spec_of(encoder_).kind;
    if (sweep_) return (*sweep_)(x, tensor_scale.multiplier.value, codes.first(x.size()));
    if (kind == EncoderKind::power_of_two)
        return encode_block_ocp(encoder_, x.first<32>(), codes.first<32>());
    if (kind == EncoderKind::doublings) return encode_block_hif4(x.first<64>(), codes.first<64>());
    if (kind == EncoderKind::quarters) return encode_block_m2xfp(x.first<32>(), codes.first<32>());
    const auto x16 = x.first<dot_lanes>();
    const EncodedBlock block = [&] {
        switch (kind) {
        case EncoderKind::special_search:
            return razer_w_ ? (*razer_w_)(x16, tensor_scale.multiplier.value)
                            : encode_block_razer_a(encoder_, x16, tensor_scale.multiplier.value,
                                                   specials_);
        case EncoderKind::four_over_six:
            return encode_block_fouroversix(encoder_, x16, tensor_scale);
        case EncoderKind::one_scale: return encode_block_if4(x16, tensor_scale);
        case EncoderKind::least_squares: return encode_block_mse(x16, tensor_scale);
        case EncoderKind::error_search: return encode_block_ggml(x16);
        case EncoderKind::exact_products:
            return encode_block_online(format_, x16, tensor_scale.divisor.value, specials_);
        case EncoderKind::scaled:
        case EncoderKind::power_of_two:
        case EncoderKind::doublings:
        case EncoderKind::quarters:
        case EncoderKind::sweep: break;
        }
        return encode_block_nvfp4(encoder_, format_, x16, tensor_scale);
    }();
    std::ranges::copy(block.codes, codes.begin());
    return block.scale_byte;
}

ScaleRecord BlockEncoder::encode_block(std::span<const float> x, const TensorScale& tensor_scale,
                                       std::span<uint8_t> codes) const {
    if (std::ranges::all_of(x, [](float value) { return std::isfinite(value); }))
        return encode_finite(x, tensor_scale, codes);
    std::array<float, max_block> finite{};
    for (size_t i = 0; i < x.size(); ++i)
        finite[i] = std::isnan(x[i])   ? 0.0f
                    : std::isinf(x[i]) ? std::copysign(std::numeric_limits<float>::max(), x[i])
                                       : x[i];
    const ScaleRecord record =
        encode_finite(std::span(finite).first(x.size()), tensor_scale, codes);
    for (size_t i = 0; i < x.size(); ++i)
        if (!std::isfinite(x[i]))
            codes[i] = encode_rne(spec_of(format_).code_book_type(record), x[i]).code;
    return record;
}

} // namespace fp4
