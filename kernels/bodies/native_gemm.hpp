// D = A * B^T on Blackwell's own block-scaled FP4 instruction (mma.sync m16n8k64, kind::mxf4nvf4),
// and RaZeR on it: a special value is the sum of two E2M1 values, so an operand with specials is
// two operands, and each pair of them a step of its own. Not bit-equal to a datapath that knows
// specials: each step rounds.
#pragma once
#include "../arithmetic/operand.hpp"
#include "../arithmetic/round_element.hpp"
#include "../arithmetic/scale.hpp"
#include "words.hpp"

namespace fp4::kernels {

// Codes of two E2M1 magnitudes that make a special together, for V1 and V2.
struct SpecialParts {
    uint8_t first[2], second[2];
};

// False: no two E2M1 values have that sum.
inline bool split_special(int mag_halves, uint8_t& first, uint8_t& second) {
    for (uint8_t large = 8; large-- > 0;)
        for (uint8_t small = 0; small <= large; ++small)
            if (e2m1_mag_halves(large) + e2m1_mag_halves(small) == mag_halves) {
                first = large;
                second = small;
                return true;
            }
    return false;
}

struct NativeGemmArguments {
    Operand a, b; // M x K, N x K; blocks of 16
    SpecialParts a_parts, b_parts;
    float* d;    // M x N
    float scale; // of both tensors, and 2^4 for each operand with E3M3 scales, whose bytes the
                 // instruction reads as UE4M3
};

// A warp makes 32 x 32 outputs.
struct NativeGemm {
    static constexpr int threads = 128, shared_bytes = 0, row_tiles = 2, column_tiles = 4,
                         warp_rows = 16 * row_tiles, warp_columns = 8 * column_tiles;

    NativeGemmArguments arguments;

    int64_t blocks_x() const {
        return (arguments.b.rows + 4 * warp_columns - 1) / (4 * warp_columns);
    }
    int64_t blocks_y() const { return (arguments.a.rows + warp_rows - 1) / warp_rows; }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int lane = context.thread() % 32, group = lane / 4, quarter = lane % 4;
        const int64_t first_row = context.block_y() * warp_rows,
                      first_column = (context.block_x() * 4 + context.thread() / 32) * warp_columns;
        float sums[row_tiles][column_tiles][4] = {};
        for (int64_t k = 0; k < arguments.a.k; k += 64) {
            uint32_t a[2][row_tiles][4], b[2][column_tiles][2], a_scales[row_tiles],
                b_scales[column_tiles];
#pragma unroll
            for (int i = 0; i < row_tiles; ++i) {
#pragma unroll
                for (int r = 0; r < 4; ++r)
                    load(arguments.a, arguments.a_parts, first_row + 16 * i + group + 8 * (r % 2),
                         k + 8 * quarter + 32 * (r / 2), a[0][i][r], a[1][i][r]);
                a_scales[i] = scales(arguments.a, first_row + 16 * i + group + 8 * (quarter % 2),
                                     k); // lanes 0 and 1 of four bring rows g and g + 8
            }
#pragma unroll
            for (int j = 0; j < column_tiles; ++j) {
#pragma unroll
                for (int r = 0; r < 2; ++r)
                    load(arguments.b, arguments.b_parts, first_column + 8 * j + group,
                         k + 8 * quarter + 32 * r, b[0][j][r], b[1][j][r]);
                b_scales[j] = scales(arguments.b, first_column + 8 * j + group, k);
            }
            const int a_count = arguments.a.sentinel < 0 ? 1 : 2,
                      b_count = arguments.b.sentinel < 0 ? 1 : 2;
#pragma unroll
            for (int part = 0; part < 4;
                 ++part) { // a's parts under b's first, then under its second
                if (part % 2 >= a_count || part / 2 >= b_count) continue;
#pragma unroll
                for (int i = 0; i < row_tiles; ++i)
#pragma unroll
                    for (int j = 0; j < column_tiles; ++j)
                        context.mma_mxf4nvf4(sums[i][j], a[part % 2][i], b[part / 2][j],
                                             a_scales[i], b_scales[j]);
            }
        }
#pragma unroll
        for (int i = 0; i < row_tiles; ++i)
#pragma unroll
            for (int j = 0; j < column_tiles; ++j)
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    const int64_t row = first_row + 16 * i + group + 8 * (e / 2),
                                  column = first_column + 8 * j + 2 * quarter + e % 2;
                    if (row < arguments.a.rows && column < arguments.b.rows)
                        arguments.d[row * arguments.b.rows + column] =
                            multiply_rn(sums[i][j][e], arguments.scale);
                }
    }

  private:
    // Eight codes from k on, half a block: with the first part of each special, and the second
    // parts alone.
    FP4_HD static void load(const Operand& operand, const SpecialParts& parts, int64_t row,
                            int64_t k, uint32_t& first, uint32_t& second) {
        first = second = 0;
        if (row >= operand.rows || k >= operand.k) return;
        const uint32_t codes =
            load_word(operand.codes + row * operand.code_bytes_per_row() + k / 2);
        if (operand.sentinel < 0) {
            first = codes;
            return;
        }
        const uint32_t byte = operand.scales[row * operand.scales_per_row() + k / 16];
        const int which = byte & operand.select_mask ? 1 : 0;
        const uint32_t sign = byte & operand.sign_mask ? 8 : 0;
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const uint32_t code = codes >> 4 * i & 0xF;
            const bool special = code == static_cast<uint32_t>(operand.sentinel);
            first |= (special ? parts.first[which] | sign : code & 7 ? code : 0) << 4 * i;
            if (special) second |= (parts.second[which] | sign) << 4 * i;
        }
    }

    // UE4M3 bytes of four blocks from k on; E3M3's payload is the same number over 16.
    FP4_HD static uint32_t scales(const Operand& operand, int64_t row, int64_t k) {
        uint32_t out = 0;
#pragma unroll
        for (int i = 0; i < 4; ++i)
            if (row < operand.rows && k + 16 * i < operand.k)
                out |= (operand.scales[row * operand.scales_per_row() + k / 16 + i] &
                        (operand.scale == ScaleType::e3m3 ? 0x3Fu : 0x7Fu))
                       << 8 * i;
        return out;
    }
};

} // namespace fp4::kernels
