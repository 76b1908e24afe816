// Elements as binary16 values, special values included, before any scale: exact, because a special
// has at most five bits.
#pragma once
#include "code_table.hpp"
#include "operand.hpp"

namespace fp4::kernels {

// binary16 of halves / 2; 0 <= halves <= 31.
FP4_HD uint32_t f16_of_halves(int halves) {
    if (halves == 0) return 0;
    uint32_t magnitude = static_cast<uint32_t>(halves);
    uint32_t field = 24; // a significand with its hidden bit at position 10 under this field counts
                         // 2^9 * 2 half-units
    for (magnitude <<= 6; magnitude < 0x400; magnitude <<= 1) --field;
    return (field - 6) << 10 | (magnitude & 0x3FF);
}

// What stands in the tables for the elements of one block.
struct ElementTable {
    CodeTable high;       // high bytes; the low bytes of E2M1 values are 0
    uint32_t special_low; // low byte of the special value
};

// `v1` and `v2` are f16_of_halves of the operand's magnitudes.
FP4_HD ElementTable element_table(const Operand& operand, uint32_t scale_byte, uint32_t v1,
                                  uint32_t v2) {
    if (operand.sentinel < 0) return {{0x3E3C3800, 0x46444240, 0xBEBCB880, 0xC6C4C2C0}, 0};
    const uint32_t magnitude = scale_byte & operand.select_mask ? v2 : v1;
    const uint32_t special =
        scale_byte & operand.sign_mask && magnitude ? magnitude | 0x8000 : magnitude;
    // Where a format has specials it has one zero, without a sign.
    return {with_sentinel({0x3E3C3800, 0x46444240, 0xBEBCB800, 0xC6C4C2C0}, operand.sentinel,
                          special >> 8),
            special & 0xFF};
}

// Four codes, in the low 16 bits, as binary16: elements 0 and 1 in `low`, 2 and 3 in `high`.
struct Elements4 {
    uint32_t low, high;
};

FP4_HD Elements4 elements(const ElementTable& table, int sentinel, uint32_t codes) {
    const uint32_t bytes = look_up(table.high, codes);
    uint32_t low_bytes = 0;
    if (table.special_low) {
        const CodeTable low = with_sentinel({0, 0, 0, 0}, sentinel, table.special_low);
        low_bytes = look_up(low, codes);
    }
    return {permute(bytes, low_bytes, 0x1504), permute(bytes, low_bytes, 0x3726)};
}

} // namespace fp4::kernels
