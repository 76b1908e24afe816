#include "edges.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace fp4::vec {
namespace {

Lanes all(uint8_t code) {
    Lanes lanes;
    lanes.fill(code);
    return lanes;
}

Lanes alternating(uint8_t even, uint8_t odd) {
    Lanes lanes;
    for (size_t i = 0; i < lanes.size(); ++i) lanes[i] = i % 2 ? odd : even;
    return lanes;
}

Lanes single(Format format, size_t lane, uint8_t code) {
    Lanes lanes = all(zero_code(format));
    lanes[lane] = code;
    return lanes;
}

Lanes counting(int first, int step) {
    Lanes lanes;
    for (size_t i = 0; i < lanes.size(); ++i)
        lanes[i] = static_cast<uint8_t>(first + step * static_cast<int>(i));
    return lanes;
}

Fp32 fp32_of(bool negative, int exponent, uint32_t fraction) {
    return {(negative ? 0x80000000u : 0u) |
            static_cast<uint32_t>(std::clamp(exponent + 127, 1, 254)) << 23 | fraction};
}

} // namespace

uint8_t zero_code(Format format) { return spec_of(format).sentinel == 0 ? e2m1_negative_zero : 0; }

LanePair edge_lanes(const VectorConfig& config, uint64_t pattern, size_t lane) {
    switch (pattern) {
    case 0: return {all(0), all(7)};
    case 1: return {all(7), all(7)};
    case 2: return {all(0xF), all(7)};
    case 3: return {alternating(7, 0xF), all(7)}; // cancels
    case 4: return {single(config.a, lane, 1), single(config.b, lane, 1)};
    case 5: return {single(config.a, lane, 3), single(config.b, lane, 0xB)};
    case 6: return {all(8), all(7)};
    case 7: return {all(8), all(8)};
    case 8: return {alternating(0, 8), counting(0, 1)}; // both zero codes against every code
    case 9: return {counting(15, -1), alternating(8, 0)};
    case 10: return {counting(0, 1), counting(1, 1)};
    default: return {alternating(1, 0xF), counting(3, 5)};
    }
}

Fp32 edge_c(uint64_t index, const BlockTerm& term) {
    constexpr std::array<uint32_t, fixed_edge_cs> fixed{
        0x00000000, 0x80000000, 0x00000001, 0x3F800000, 0x7F7FFFFF,
        0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001};
    if (index < fixed.size()) return {fixed[index]};
    const auto magnitude = static_cast<uint32_t>(std::abs(term.significand));
    const bool negative = term.significand < 0;
    // The term's lowest set bit is half a unit in the last place of C.
    const int tie_exponent = term.lsb_exponent() + (magnitude ? std::countr_zero(magnitude) : 0) +
                             1 + fp32_spec.fraction_bits;
    switch (index - fixed.size()) {
    case 0: return fp32_of(negative, tie_exponent, 2);
    case 1: return fp32_of(negative, tie_exponent, 3);
    case 2: return fp32_of(!negative, tie_exponent, 5);
    // A fused step that keeps 35 bits cuts the lowest bit of the first, all of the second, and of
    // the term under the third.
    case 3: return fp32_of(!negative, term.exponent - 13, 0x7FFFFF);
    case 4: return fp32_of(!negative, term.exponent - 36, 0);
    default: return fp32_of(negative, term.exponent + 29, 1);
    }
}

uint8_t random_scale(Format format, SplitMix64& random) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    switch (random.below(4)) {
    case 0: return edge_scales[random.below(edge_scales.size())];
    case 1: { // near 1.0
        const int one = scale.bias << scale.fraction_bits, width = 2 << scale.fraction_bits;
        const int selectors = static_cast<int>(random.next()) & 0xFF & ~scale.payload_mask();
        return static_cast<uint8_t>(selectors | random.between(one - width, one + width));
    }
    default: return static_cast<uint8_t>(random.next());
    }
}

LanePair random_lanes(const VectorConfig& config, SplitMix64& random) {
    if (random.one_in(8))
        return edge_lanes(config, random.below(edge_patterns), random.below(dot_lanes));
    LanePair lanes;
    const bool sparse = random.one_in(8);
    for (size_t i = 0; i < dot_lanes; ++i) {
        lanes.a[i] = sparse && !random.one_in(8) ? zero_code(config.a)
                                                 : static_cast<uint8_t>(random.below(16));
        lanes.b[i] = static_cast<uint8_t>(random.below(16));
    }
    return lanes;
}

Fp32 random_c(const BlockTerm& term, SplitMix64& random) {
    switch (random.below(4)) {
    case 0: return edge_c(random.below(edge_cs), term);
    case 1: return {static_cast<uint32_t>(random.next())};
    default: { // where it and the term shift against each other
        const uint64_t bits = random.next();
        return fp32_of(bits & 1, term.exponent + random.between(-40, 40),
                       static_cast<uint32_t>(bits >> 1) & 0x7FFFFF);
    }
    }
}

} // namespace fp4::vec
