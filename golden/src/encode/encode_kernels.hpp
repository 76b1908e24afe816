// The inner loops of encode_fast by instruction set.
#pragma once
#include <span>

#include "fp4/formats/format.hpp"
#include "fp4/fast/isa.hpp"

namespace fp4 {

// `blocks` blocks of 16 values and where their codes and scale bytes go.
struct EncodeRange {
    const float* x;
    size_t blocks;
    uint8_t* codes;
    uint8_t* scales;
};

// Encodes by `nv` (nvfp4) or `razer-paper` (razer-w, razer-a). Returns the bits of the largest
// magnitude in x: those of infinity or more when x is not finite, and the output then means
// nothing.
int32_t encode_range(Isa isa, Format format, Specials specials, float tensor_scale,
                     const EncodeRange& range);

// The bits of the largest magnitude in x.
int32_t largest_magnitude_bits(Isa isa, std::span<const float> x);

} // namespace fp4
