// Where datapaths go wrong: scale bytes, element patterns and C values of level 1, and the weighted
// draws of level 2.
#pragma once
#include "operands.hpp"
#include "splitmix64.hpp"

namespace fp4::vec {

// Zero, subnormals, the smallest normal, 1.0, the largest, NaN, and the same under bit 7.
inline constexpr std::array<uint8_t, 12> edge_scales{0x00, 0x01, 0x07, 0x08, 0x38, 0x7E,
                                                     0x7F, 0x80, 0x87, 0x88, 0xFE, 0xFF};

struct LanePair {
    Lanes a, b;
};

// Patterns of 16 element pairs. `lane` is where the patterns with a single product have it.
inline constexpr uint64_t edge_patterns = 12;
inline constexpr uint64_t canceling_pattern = 3; // products that are not zero and add up to it
LanePair edge_lanes(const VectorConfig& config, uint64_t pattern, size_t lane);

// A code that is worth zero: 0, or 8 where 0 stands for the special value.
uint8_t zero_code(Format format);

// C values that a term meets: signed zeros, smallest subnormal, 1, +-largest, infinities, quiet and
// signalling NaN; then values derived from the term so that C + term is a rounding tie (to even, to
// odd, C of the other sign), and three round the places where alignment cuts off bits.
inline constexpr uint64_t fixed_edge_cs = 10;
inline constexpr uint64_t edge_cs = fixed_edge_cs + 6;
Fp32 edge_c(uint64_t index, const BlockTerm& term);

uint8_t random_scale(Format format, SplitMix64& random);
LanePair random_lanes(const VectorConfig& config, SplitMix64& random);
Fp32 random_c(const BlockTerm& term, SplitMix64& random);

} // namespace fp4::vec
