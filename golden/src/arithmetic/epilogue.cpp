#include "fp4/arithmetic/epilogue.hpp"

namespace fp4 {

Fp32 multiply_fp32(Fp32 x, Fp32 y) {
    if (x.is_nan() || y.is_nan()) return fp32_nan;
    const bool negative = x.negative() != y.negative();
    if (x.is_infinite() || y.is_infinite()) {
        if (x.is_zero() || y.is_zero()) return fp32_nan;
        return {negative ? 0xFF800000u : 0x7F800000u};
    }
    const uint64_t product = uint64_t{x.significand()} * y.significand();
    return round_fp32(negative, product, x.exponent() + y.exponent() - 2 * fp32_spec.fraction_bits,
                      false, Rounding::nearest_even);
}

uint32_t convert_fp32(Fp32 x, OutputType type) {
    if (x.is_nan()) return type == OutputType::f32 ? fp32_nan.bits : fp16_nan.bits;
    const FloatSpec& layout = spec_of(type).layout;
    if (x.is_infinite())
        return static_cast<uint32_t>(layout.infinity_code()) |
               (x.negative() ? 1u << layout.sign_position() : 0u);
    return round_float(layout, x.negative(), x.significand(),
                       x.exponent() - fp32_spec.fraction_bits, false, Rounding::nearest_even);
}

uint32_t epilogue(Fp32 d, Fp32 a_tensor_scale, Fp32 b_tensor_scale, OutputType type) {
    return convert_fp32(multiply_fp32(multiply_fp32(a_tensor_scale, b_tensor_scale), d), type);
}

} // namespace fp4
