// Decoding of elements and blocks. Every byte and every code is defined; nothing here can fail.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "fp4/format.hpp"

namespace fp4 {

// Scale of a block; the bits that select code books and special values are ignored.
constexpr Scale block_scale(Format format, uint8_t scale_byte) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    return decode_scale(scale, scale_byte & scale.payload_mask());
}

// The block's special value in signed half-units, -31..31; 0 where the format has none.
constexpr int special_halves(Format format, Specials specials, uint8_t scale_byte) {
    const FormatSpec& spec = spec_of(format);
    if (!spec.has_specials()) return 0;
    const bool second = spec.has_second_special() && (scale_byte >> spec.select_bit & 1);
    const int mag_halves = (second ? specials.v2_halves : specials.v1_halves) & special_max_halves;
    return scale_byte >> spec.sign_bit & 1 ? -mag_halves : mag_halves;
}

// The code book of a block.
constexpr const CodeBook& block_code_book(Format format, uint8_t scale_byte) {
    return spec_of(spec_of(format).code_book_type(scale_byte));
}

// Element value in signed half-units, -31..31.
constexpr int element_halves(Format format, Specials specials, uint8_t scale_byte,
                             Element element) {
    if (element.code == spec_of(format).sentinel)
        return special_halves(format, specials, scale_byte);
    return block_code_book(format, scale_byte).halves(element);
}

// Largest magnitude in half-units that an element can have, 12..31.
constexpr int max_halves(Format format, Specials specials) {
    const FormatSpec& spec = spec_of(format);
    int halves =
        std::max(spec_of(spec.code_book).max_halves(), spec_of(spec.other_code_book).max_halves());
    if (spec.has_specials() && specials.v1_halves > halves) halves = specials.v1_halves;
    if (spec.has_second_special() && specials.v2_halves > halves) halves = specials.v2_halves;
    return halves;
}

// Element code i of a packed row: low nibble first.
constexpr Element packed_code(std::span<const uint8_t> codes, size_t i) {
    return {static_cast<uint8_t>(codes[i / 2] >> (i % 2 * 4) & 15)};
}

// Sixteen elements of a block: signed half-units from 8 bytes of codes.
std::array<int8_t, dot_lanes> decode_lanes(Format format, Specials specials, uint8_t scale_byte,
                                           std::span<const uint8_t, dot_lanes / 2> codes);

// Element value times the tensor scale, one rounding to binary32 (nearest, ties to even). A NaN
// scale byte gives NaN for every code. A zero has the sign of the product where the format has
// signed zeros (the code of -0 is negative), else it is +0. A NaN or infinite tensor scale gives
// NaN.
Fp32 dequantize(Format format, Specials specials, uint8_t scale_byte, Element element,
                Fp32 tensor_scale);

} // namespace fp4
