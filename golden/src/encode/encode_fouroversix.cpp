#include "encode_nvfp4.hpp"
#include "fp4/arithmetic/wide_fixed.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& format = spec_of(Format::nvfp4);

// q * s of each element in steps of 2^-10.
constexpr int step_exponent = -10;
std::array<int64_t, dot_lanes> steps_of(const EncodedBlock& block) {
    const float s = scale_to_float(decode_scale(format.scale_spec(), block.scale_byte));
    const auto half_s = static_cast<int64_t>(std::ldexp(s, -1 - step_exponent));
    std::array<int64_t, dot_lanes> steps;
    for (size_t i = 0; i < dot_lanes; ++i) steps[i] = e2m1_halves_table[block.codes[i]] * half_s;
    return steps;
}

// Whether `four` has the smaller sum of (q * s * A / range - x)^2; A is positive. Exact: with f and
// r for the q * s of the two, the difference of the sums times range^2 / A is
// A * sum (f^2 - r^2) - 2 * range * sum (f - r) * x.
bool is_nearer(const EncodedBlock& four, const EncodedBlock& six,
               std::span<const float, dot_lanes> x, Fp32 amax, int64_t range) {
    constexpr int float_exponent = -149; // of the lowest bit of a float
    WideFixed<6, float_exponent + 2 * step_exponent> difference;
    const auto f = steps_of(four), r = steps_of(six);
    int64_t squares = 0; // below 2^48
    for (size_t i = 0; i < dot_lanes; ++i) {
        if (f[i] == r[i]) continue;
        const auto value = Fp32::from_float(x[i]);
        const int64_t significand = value.significand();
        squares += f[i] * f[i] - r[i] * r[i];
        difference.add(2 * range * (r[i] - f[i]) * (value.negative() ? -significand : significand),
                       value.exponent() - fp32_spec.fraction_bits + step_exponent);
    }
    const int exponent = amax.exponent() - fp32_spec.fraction_bits + 2 * step_exponent;
    const int64_t significand = amax.significand(); // in halves, for a product in 64 bits
    difference.add(squares * (significand & 0xFFF), exponent);
    difference.add(squares * (significand >> 12), exponent + 12);
    return difference.sign() < 0;
}

} // namespace

EncodedBlock encode_block_fouroversix(Encoder encoder, std::span<const float, dot_lanes> x,
                                      const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(encoder);
    const float to_six = rule.block_scale(amax_of(x), format.largest_element(), tensor_scale);
    const EncodedBlock six = encode_scaled_block(rule, format, x, to_six, tensor_scale),
                       four = encode_scaled_block(rule, format, x, to_six * 1.5f, tensor_scale);
    const auto amax = Fp32::from_float(tensor_scale.amax);
    // Without an amax, or one that overflowed, neither is nearer.
    if (amax.is_zero() || amax.is_infinite()) return six;
    const auto range = static_cast<int64_t>(full_range(encoder, Format::nvfp4));
    return is_nearer(four, six, x, amax, range) ? four : six;
}

} // namespace fp4
