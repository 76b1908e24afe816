// Decoding of elements and blocks. Every byte and every code is defined; nothing here can fail.
#pragma once
#include <array>
#include <cstddef>
#include <span>

#include "fp4/format.hpp"

namespace fp4 {

// Scale of a block; the bits that carry the special's sign and selector are ignored.
constexpr Scale block_scale(Format format, uint8_t scale_byte) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    return decode_scale(scale, scale_byte & scale.payload_mask());
}

// The block's special value in signed half-units, -31..31; 0 where the format has none.
constexpr int special_halves(Format format, Specials specials, uint8_t scale_byte) {
    const FormatSpec& spec = spec_of(format);
    if (!spec.has_specials()) return 0;
    const bool second = spec.select_bit >= 0 && (scale_byte >> spec.select_bit & 1);
    const int mag_halves = (second ? specials.v2_halves : specials.v1_halves) & special_max_halves;
    return scale_byte >> spec.sign_bit & 1 ? -mag_halves : mag_halves;
}

// Element value in signed half-units, -31..31.
constexpr int element_halves(Format format, Specials specials, uint8_t scale_byte, E2m1 element) {
    if (element.code == spec_of(format).sentinel)
        return special_halves(format, specials, scale_byte);
    return e2m1_halves(element);
}

// Largest magnitude in half-units that an element can have, 12..31.
constexpr int max_halves(Format format, Specials specials) {
    const FormatSpec& spec = spec_of(format);
    int halves = e2m1_max_halves;
    if (spec.has_specials() && specials.v1_halves > halves) halves = specials.v1_halves;
    if (spec.select_bit >= 0 && specials.v2_halves > halves) halves = specials.v2_halves;
    return halves;
}

// Element code i of a packed row: low nibble first.
constexpr E2m1 packed_code(std::span<const uint8_t> codes, size_t i) {
    return {static_cast<uint8_t>(codes[i / 2] >> (i % 2 * 4) & 15)};
}

// Sixteen elements of a block: signed half-units from 8 bytes of codes.
std::array<int8_t, dot_lanes> decode_lanes(Format format, Specials specials, uint8_t scale_byte,
                                           std::span<const uint8_t, dot_lanes / 2> codes);

// Element value times the tensor scale, one rounding to binary32 (nearest, ties to even). A NaN
// scale byte gives NaN for every code; code 0x8 of nvfp4 and mxfp4 keeps its sign (-0). A NaN or
// infinite tensor scale gives NaN.
Fp32 dequantize(Format format, Specials specials, uint8_t scale_byte, E2m1 element,
                Fp32 tensor_scale);

} // namespace fp4
