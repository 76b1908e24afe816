// Decoding of elements and blocks. Every byte and every code is defined; nothing here can fail.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "fp4/formats/format.hpp"

namespace fp4 {

// Scale of a block; the bits that select code books and special values, and the bytes after the
// scale byte, are ignored.
constexpr Scale block_scale(Format format, ScaleRecord record) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    return decode_scale(scale, static_cast<int>(record) & scale.payload_mask());
}

// The block's special value in signed half-units, -31..31; 0 where the format has none.
constexpr int special_halves(Format format, Specials specials, ScaleRecord record) {
    const FormatSpec& spec = spec_of(format);
    if (!spec.has_specials()) return 0;
    const bool second = spec.has_second_special() && (record >> spec.select_bit & 1);
    const int mag_halves = (second ? specials.v2_halves : specials.v1_halves) & special_max_halves;
    return record >> spec.sign_bit & 1 ? -mag_halves : mag_halves;
}

// The code book of a block.
constexpr const CodeBook& block_code_book(Format format, ScaleRecord record) {
    return spec_of(spec_of(format).code_book_type(record));
}

// Element value as a signed integer in units of 1 / lane_units() of the format, -127..127. `place`
// is that in the block; it matters in formats with sub-blocks.
constexpr int element_lane(Format format, Specials specials, ScaleRecord record, Element element,
                           int place = 0) {
    const FormatSpec& spec = spec_of(format);
    if (element.code == spec.sentinel) return special_halves(format, specials, record);
    const auto& tables = lane_tables[static_cast<size_t>(format)];
    return tables[spec.has_other_code_book(record)][element.code] *
           spec.sub_block_factor(record, place);
}

// Largest magnitude that the lane of an element can have.
constexpr int max_lane(Format format, Specials specials) {
    const FormatSpec& spec = spec_of(format);
    int largest = 0;
    for (const auto& table : lane_tables[static_cast<size_t>(format)])
        for (const int lane : table) largest = std::max({largest, lane, -lane});
    largest *= spec.max_sub_block_factor();
    if (spec.has_specials() && specials.v1_halves > largest) largest = specials.v1_halves;
    if (spec.has_second_special() && specials.v2_halves > largest) largest = specials.v2_halves;
    return largest;
}

// Element code i of a packed row: low nibble first.
constexpr Element packed_code(std::span<const uint8_t> codes, size_t i) {
    return {static_cast<uint8_t>(codes[i / 2] >> (i % 2 * 4) & 15)};
}

// Sixteen lanes of a block from 8 bytes of codes; first_place is that of the first element in the
// block.
std::array<int8_t, dot_lanes> decode_lanes(Format format, Specials specials, ScaleRecord record,
                                           std::span<const uint8_t, dot_lanes / 2> codes,
                                           int first_place = 0);

// Element value times the tensor scale, one rounding to binary32 (nearest, ties to even). A NaN
// scale byte gives NaN for every code. A zero has the sign of the product where the format has
// signed zeros (the code of -0 is negative), else it is +0. A NaN or infinite tensor scale gives
// NaN. `place` as in element_lane.
Fp32 dequantize(Format format, Specials specials, ScaleRecord record, Element element,
                Fp32 tensor_scale, int place = 0);

} // namespace fp4
