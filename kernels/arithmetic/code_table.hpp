// Four element codes at a time by table: a table of eight bytes for codes 0 to 7, another for 8 to
// F, and a mask out of the codes' sign bits.
#pragma once
#include "permute.hpp"

namespace fp4::kernels {

struct CodeTable {
    uint32_t positive_low, positive_high; // bytes of codes 0..3, 4..7
    uint32_t negative_low, negative_high; // bytes of codes 8..B, C..F
};

// The entries of four codes, in the low 16 bits of `codes`, lowest nibble first.
FP4_HD uint32_t look_up(const CodeTable& table, uint32_t codes) {
    const uint32_t index = codes & 0x7777;
    const uint32_t negative =
        permute(codes << 4, codes, 0xD9C8); // 0xFF for each code whose bit 3 is set
    return (permute(table.negative_low, table.negative_high, index) & negative) |
           (permute(table.positive_low, table.positive_high, index) & ~negative);
}

// Bit i is set where byte i, -127 to 127, is not zero.
FP4_HD uint32_t nonzero_bytes(uint32_t bytes) {
    const uint32_t tops = ((bytes & 0x7F7F7F7F) + 0x7F7F7F7F) & 0x80808080;
    return (tops >> 7) * 0x01020408u >> 24 & 0xF;
}

// Puts an entry in the place of a sentinel, 0 or 8; no other has one.
FP4_HD CodeTable with_sentinel(CodeTable table, int sentinel, uint32_t entry) {
    if (sentinel == 0) table.positive_low = (table.positive_low & ~0xFFu) | entry;
    if (sentinel == 8) table.negative_low = (table.negative_low & ~0xFFu) | entry;
    return table;
}

// Half-units as int8: 0 1 2 3 4 6 8 12 and their negatives. Both zeros are 0; a sentinel is
// `special_halves`.
FP4_HD CodeTable halves_table(int sentinel, int special_halves) {
    return with_sentinel({0x03020100, 0x0C080604, 0xFDFEFF00, 0xF4F8FAFC}, sentinel,
                         static_cast<uint32_t>(special_halves) & 0xFF);
}

} // namespace fp4::kernels
