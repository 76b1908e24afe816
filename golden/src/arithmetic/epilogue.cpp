#include "fp4/arithmetic/epilogue.hpp"

#include <string>

#include "fp4/try.hpp"

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

uint32_t epilogue(Fp32 d, Fp32 a_scale, Fp32 b_scale, OutputType type) {
    return convert_fp32(multiply_fp32(multiply_fp32(a_scale, b_scale), d), type);
}

Status check_epilogue(uint64_t d_size, uint64_t n, std::span<const Fp32> a_scales,
                      std::span<const Fp32> b_scales) {
    if (n == 0 || d_size % n != 0)
        return Error{ErrorCode::bad_shape, "D: expected rows of " + std::to_string(n) +
                                               " elements, found " + std::to_string(d_size) +
                                               " elements"};
    const auto check = [](const char* name, size_t found, uint64_t all) -> Status {
        if (found == 1 || found == all) return Done{};
        return Error{ErrorCode::bad_shape, std::string("scales of ") + name + ": expected 1 or " +
                                               std::to_string(all) + ", found " +
                                               std::to_string(found)};
    };
    FP4_TRY(check("A", a_scales.size(), d_size / n));
    return check("B", b_scales.size(), n);
}

Result<std::vector<uint32_t>> epilogue(std::span<const Fp32> d, uint64_t n,
                                       std::span<const Fp32> a_scales,
                                       std::span<const Fp32> b_scales, OutputType type) {
    FP4_TRY(check_epilogue(d.size(), n, a_scales, b_scales));
    std::vector<uint32_t> out;
    out.reserve(d.size());
    for (uint64_t i = 0; i < d.size(); ++i)
        out.push_back(epilogue(d[i], a_scales[a_scales.size() == 1 ? 0 : i / n],
                               b_scales[b_scales.size() == 1 ? 0 : i % n], type));
    return out;
}

} // namespace fp4
