#include "fp4/encode_element.hpp"

#include <cmath>

#include "encode_elements.hpp"
#include "encode_nvfp4.hpp"
#include "fast/default_floating_point.hpp"
#include "fp4/decode.hpp"

namespace fp4 {
namespace {

// The encoder whose element rule this one has.
constexpr Encoder rule_of(Encoder encoder) {
    if (encoder == Encoder::mse) return Encoder::nv;
    if (encoder == Encoder::fouroversix || encoder == Encoder::fouroversix_448)
        return Encoder::fouroversix_6;
    return encoder;
}

} // namespace

ElementEncoder::ElementEncoder(Encoder encoder, Format format, const TensorScale& tensor_scale,
                               Specials specials)
    : encoder_(encoder), multiplier_(tensor_scale.multiplier.value), values_(256 * 16) {
    const DefaultFloatingPoint scope;
    const bool by_rule = format == Format::nvfp4 && encoder != Encoder::ggml;
    if (by_rule) nvfp4_ = &nvfp4_rule(rule_of(encoder));
    if (format == Format::razer_a) razer_a_.emplace(encoder, multiplier_, specials);
    if (format == Format::razer_w)
        for (const uint8_t high : std::array<uint8_t, 4>{0x00, 0x40, 0x80, 0xC0})
            razer_w_.emplace_back(special_halves(format, specials, high), razer_ties_of(encoder));
    for (size_t i = 0; i < operands_.size(); ++i) {
        const auto scale_byte = static_cast<uint8_t>(i);
        const float scale = scale_to_float(block_scale(format, scale_byte));
        operands_[i] = by_rule                   ? nvfp4_->operand(scale, tensor_scale)
                       : format == Format::mxfp4 ? ocp_factor(scale_byte)
                                                 : scale;
        for (uint8_t code = 0; code < 16; ++code)
            values_[i << 4 | code] =
                dequantize(format, specials, scale_byte, {code}, Fp32::from_float(multiplier_))
                    .to_float();
    }
}

E2m1 ElementEncoder::encode(float x, uint8_t scale_byte) const {
    if (!std::isfinite(x)) return encode_e2m1_rne(x);
    const float operand = operands_[scale_byte];
    if (nvfp4_) return encode_element(*nvfp4_, operand, x);
    if (!razer_w_.empty()) {
        const RazerCodebook& codebook = razer_w_[scale_byte >> 6];
        return {codebook.code[static_cast<size_t>(
            codebook.nearest(std::array{x / multiplier_ / operand})[0])]};
    }
    if (razer_a_)
        return {RazerActivationElements::code_of(
            razer_a_->nearest(x, operand), scale_byte >> spec_of(Format::razer_a).sign_bit & 1)};
    if (encoder_ == Encoder::ggml) return encode_element_ggml(operand, x);
    return encode_e2m1_rne(x * operand);
}

void ElementEncoder::encode_column(std::span<const float> x, std::span<const uint8_t> scale_bytes,
                                   std::span<uint8_t> codes, std::span<float> values) const {
    const DefaultFloatingPoint scope;
    for (size_t i = 0; i < x.size(); ++i) {
        const E2m1 element = encode(x[i], scale_bytes[i]);
        codes[i] = element.code;
        values[i] = value(element, scale_bytes[i]);
    }
}

} // namespace fp4
