// A packed matrix where a kernel reads it: pointers and the layout of its format, nothing that owns
// memory.
#pragma once
#include "fp4/formats/format.hpp"

#include "host_device.hpp"
#include "scale.hpp"

namespace fp4::kernels {

// rows x k codes (two in a byte, low nibble first) and rows x k/block scale bytes, both row-major.
struct Operand {
    const uint8_t* codes;
    const uint8_t* scales;
    int64_t rows;
    int64_t k;
    int32_t block; // 16 or 32
    ScaleType scale;
    int8_t sentinel;     // the code of the special value; -1: none
    uint8_t sign_mask;   // bit of the scale byte that makes the special negative; 0: none
    uint8_t select_mask; // bit of the scale byte that selects V2; 0: there is only V1
    uint8_t v1_halves;
    uint8_t v2_halves;

    FP4_HD int64_t code_bytes_per_row() const { return k / 2; }
    FP4_HD int block_shift() const {
        return block == 32 ? 5 : 4;
    } // a division of 64 bits is a hundred instructions on a GPU
    FP4_HD int64_t scales_per_row() const { return k >> block_shift(); }
    // The special value under a scale byte in half-units; 0 where the format has none.
    FP4_HD int special_halves(uint32_t scale_byte) const {
        if (sentinel < 0) return 0;
        const int magnitude = scale_byte & select_mask ? v2_halves : v1_halves;
        return scale_byte & sign_mask ? -magnitude : magnitude;
    }
};

// Whether the kernels read a format: E2M1 elements, a special value among them, under the scale
// types of scale.hpp.
constexpr bool has_kernels(const FormatSpec& spec) {
    return spec.code_book == CodeBookType::e2m1 && !spec.has_code_book_bit() &&
           !spec.has_sub_blocks() && scale_is_known(spec.scale);
}

inline Operand operand_of(Format format, Specials specials, const uint8_t* codes,
                          const uint8_t* scales, int64_t rows, int64_t k) {
    const FormatSpec& spec = spec_of(format);
    const auto mask = [](int bit) { return static_cast<uint8_t>(bit < 0 ? 0 : 1 << bit); };
    return {codes,
            scales,
            rows,
            k,
            spec.block,
            spec.scale,
            static_cast<int8_t>(spec.sentinel),
            mask(spec.sign_bit),
            mask(spec.select_bit),
            specials.v1_halves,
            specials.v2_halves};
}

} // namespace fp4::kernels
