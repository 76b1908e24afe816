#include "fp4/encode/encode_element.hpp"

#include <cmath>

#include "encode_elements.hpp"
#include "encode_nvfp4.hpp"
#include "fast/default_floating_point.hpp"
#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

// Whether nvfp4_rule() has the encoder's elements.
constexpr bool has_nvfp4_rule(Encoder encoder) {
    return spec_of(encoder).kind == EncoderKind::scaled || spec_of(encoder).elements_of;
}

} // namespace

ElementEncoder::ElementEncoder(Encoder encoder, Format format, const TensorScale& tensor_scale,
                               Specials specials)
    : encoder_(encoder), format_(format), multiplier_(tensor_scale.multiplier.value),
      values_(256 * 16) {
    const DefaultFloatingPoint scope;
    const FormatSpec& spec = spec_of(format);
    const EncoderKind kind = spec_of(encoder).kind;
    if (has_nvfp4_rule(encoder)) nvfp4_ = &nvfp4_rule(encoder);
    if (kind == EncoderKind::special_search && !spec.has_second_special())
        razer_a_.emplace(encoder, multiplier_, specials);
    if (kind == EncoderKind::special_search && spec.has_second_special())
        for (int selector = 0; selector < spec.selectors(); ++selector)
            razer_w_.emplace_back(special_halves(format, specials, spec.byte_of_selector(selector)),
                                  razer_ties_of(encoder));
    if (kind == EncoderKind::exact_products)
        online_.emplace(format, tensor_scale.divisor.value, specials);
    if (kind == EncoderKind::sweep) sweep_.emplace(format, specials, e3m3_max_default);
    for (size_t i = 0; i < operands_.size(); ++i) {
        const auto scale_byte = static_cast<uint8_t>(i);
        const float scale = scale_to_float(block_scale(format, scale_byte));
        operands_[i] = nvfp4_                              ? nvfp4_->operand(scale, tensor_scale)
                       : kind == EncoderKind::power_of_two ? ocp_factor(scale_byte)
                                                           : scale;
        for (uint8_t code = 0; code < 16; ++code)
            values_[i << 4 | code] =
                dequantize(format, specials, scale_byte, {code}, Fp32::from_float(multiplier_))
                    .to_float();
    }
}

Element ElementEncoder::encode(float x, uint8_t scale_byte) const {
    const FormatSpec& spec = spec_of(format_);
    if (!std::isfinite(x)) return encode_rne(spec.code_book_type(scale_byte), x);
    if (sweep_) return sweep_->element(x, scale_byte, multiplier_);
    const float operand = operands_[scale_byte];
    if (nvfp4_)
        return encode_element(*nvfp4_, spec, scale_byte, operand,
                              nvfp4_->divides_twice ? x / multiplier_ : x);
    if (!razer_w_.empty()) {
        const RazerCodebook& codebook = razer_w_[static_cast<size_t>(spec.selector(scale_byte))];
        return {codebook.code[static_cast<size_t>(
            codebook.nearest(std::array{x / multiplier_ / operand})[0])]};
    }
    if (razer_a_)
        return {RazerActivationElements::code_of(razer_a_->nearest(x, operand),
                                                 scale_byte >> spec.sign_bit & 1)};
    if (online_)
        return {online_->code_of(x,
                                 online_->nearest(x, scale_byte & spec.scale_spec().payload_mask()),
                                 spec.has_specials() && scale_byte >> spec.sign_bit & 1)};
    if (spec_of(encoder_).kind == EncoderKind::power_of_two)
        return encode_rne(spec.code_book, x * operand);
    return encode_element_ggml(operand, x);
}

void ElementEncoder::encode_column(std::span<const float> x, std::span<const uint8_t> scale_bytes,
                                   std::span<uint8_t> codes, std::span<float> values) const {
    const DefaultFloatingPoint scope;
    for (size_t i = 0; i < x.size(); ++i) {
        const Element element = encode(x[i], scale_bytes[i]);
        codes[i] = element.code;
        values[i] = value(element, scale_bytes[i]);
    }
}

} // namespace fp4
