// Tiles whose results hang on single bits, which random bits seldom meet.
#pragma once
#include "bench.hpp"

namespace fp4::sim {

// Few products beside many zeros, blocks that cancel, zeros under special values of zero, and for
// every output a C of another kind: a power of two or the sum itself far above or below it, what
// leaves a few units in the last place of a sum, zeros, subnormals, infinities, NaNs.
std::vector<Tile> close_calls(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic);

// A sum of two powers of two and a C that is one, so that one bit rounds and one lies below it, or
// that the sum is a lone bit of C's tail: every place of either that nvfp4 can reach in few blocks.
std::vector<Tile> lone_bits(CoreShape shape, const Arithmetic& arithmetic);

// Blocks under any scales, so that exponents of a step lie as far apart as the formats let them:
// sixteens that cancel, those of few products, and C of every exponent.
std::vector<Tile> far_apart(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic);

// Elements of the largest magnitudes under large scales, of one sign or nearly: the highest bits of
// terms and sums beside their low ones.
std::vector<Tile> large_sums(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic);

} // namespace fp4::sim
