// D = A * B^T + C of two packed operands, bit for bit in one accumulation profile. Block dots on
// the integer tensor cores (mma.sync m16n8k16, s8), which are exact by definition; everything
// behind them is the profile's.
#pragma once
#include "../arithmetic/code_table.hpp"
#include "../arithmetic/fused_rule.hpp"
#include "../arithmetic/narrow.hpp"
#include "../arithmetic/operand.hpp"
#include "../arithmetic/outer_scale.hpp"
#include "../arithmetic/scale.hpp"
#include "types.hpp"
#include "words.hpp"

namespace fp4::kernels {

struct GemmArguments {
    Operand a, b;      // M x K, N x K
    const uint32_t* c; // M x N binary32, unscaled; null: +0
    void* d;           // M x N
    Dense output;
    bool scaled; // by the product of the scales below; otherwise D is the accumulator
    OuterScale a_scale, b_scale;
    int32_t unit; // exact: log2 of what one counts in its sums
    FusedRule fused;
};

// A block of threads makes 32 * row_tiles x 128 outputs, a warp half of its rows and a quarter of
// its columns. K goes by in slabs of 64, decoded to half-units in shared memory, where lane 4g + t
// finds what it needs of a row for four mma in 16 bytes. Rows and columns beyond the matrix and
// blocks beyond K are codes 0 under scale bytes 0.
template <class Profile, int row_tiles>
struct Gemm {
    static constexpr int threads = 256, slab = 64, blocks_per_slab = slab / 16, column_tiles = 4;
    static constexpr int warp_rows = 16 * row_tiles, warp_columns = 8 * column_tiles,
                         tile_rows = 2 * warp_rows, tile_columns = 4 * warp_columns;

    template <int rows>
    struct Side {
        alignas(16) uint8_t halves[rows][slab];
        alignas(16) uint32_t scales[rows][blocks_per_slab];
        uint8_t nan[rows]; // over all of K; of the first of two only
    };
    struct Shared {
        Side<tile_rows> a[2]; // two slabs: one is worked on while the next is decoded
        Side<tile_columns> b[2];
    };
    static constexpr int shared_bytes = sizeof(Shared);

    GemmArguments arguments;

    int64_t blocks_x() const { return (arguments.b.rows + tile_columns - 1) / tile_columns; }
    int64_t blocks_y() const { return (arguments.a.rows + tile_rows - 1) / tile_rows; }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        auto& shared = *static_cast<Shared*>(context.shared());
        const int thread = context.thread(), warp = thread / 32, group = thread % 32 / 4,
                  quarter = thread % 4;
        const int64_t first_row = context.block_y() * tile_rows,
                      first_column = context.block_x() * tile_columns;
        const int row = warp / 4 * warp_rows,
                  column = warp % 4 * warp_columns; // of the warp, in the tile

        typename Profile::State states[row_tiles][column_tiles][4];
#pragma unroll
        for (int i = 0; i < row_tiles; ++i)
#pragma unroll
            for (int j = 0; j < column_tiles; ++j)
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    states[i][j][e] =
                        Profile::start(c_at(first_row + row + 16 * i + group + 8 * (e / 2),
                                            first_column + column + 8 * j + 2 * quarter + e % 2));

        if (thread < tile_rows) shared.a[0].nan[thread] = 0;
        if (thread < tile_columns) shared.b[0].nan[thread] = 0;
        auto next_a = fetch<tile_rows>(arguments.a, first_row, 0, thread);
        auto next_b = fetch<tile_columns>(arguments.b, first_column, 0, thread);
        const int64_t slabs = (arguments.a.k + slab - 1) / slab;
        context.sync();
        for (int64_t s = 0; s < slabs; ++s) {
            auto& a = shared.a[s % 2];
            auto& b = shared.b[s % 2];
            decode(arguments.a, next_a, a, shared.a[0].nan, thread, true);
            decode(arguments.b, next_b, b, shared.b[0].nan, thread, false);
            context.sync();
            if (s + 1 < slabs) {
                next_a = fetch<tile_rows>(arguments.a, first_row, s + 1, thread);
                next_b = fetch<tile_columns>(arguments.b, first_column, s + 1, thread);
            }
#pragma unroll
            for (int i = 0; i < row_tiles; ++i) {
                if (i == row_tiles / 2)
                    context.sync_warp(); // nothing to wait for, but without it ptxas takes up all
                                         // tiles at once and runs out of registers
                const int upper = row + 16 * i + group, lower = upper + 8;
                const Words4 a_upper = halves(a, upper, quarter),
                             a_lower = halves(a, lower, quarter);
                const Words4 scale_upper = load_words4(a.scales[upper]),
                             scale_lower = load_words4(a.scales[lower]);
#pragma unroll
                for (int j = 0; j < column_tiles; ++j) {
                    const Words4 b_halves = halves(b, column + 8 * j + group, quarter);
                    int32_t dots[4][4]; // of element e of the fragment in block k
#pragma unroll
                    for (int k = 0; k < blocks_per_slab; ++k) {
                        int32_t d[4];
                        context.mma_s8(d, a_upper.word[k], a_lower.word[k], b_halves.word[k]);
#pragma unroll
                        for (int e = 0; e < 4; ++e) dots[e][k] = d[e];
                    }
                    const int left_column = column + 8 * j + 2 * quarter;
                    const Words4 scale_left = load_words4(b.scales[left_column]),
                                 scale_right = load_words4(b.scales[left_column + 1]);
#pragma unroll
                    for (int e = 0; e < 4; ++e)
                        states[i][j][e] = Profile::step(
                            states[i][j][e], dots[e], (e / 2 ? scale_lower : scale_upper).word,
                            (e % 2 ? scale_right : scale_left).word, arguments.fused);
                }
            }
        }

#pragma unroll
        for (int i = 0; i < row_tiles; ++i)
#pragma unroll
            for (int j = 0; j < column_tiles; ++j)
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    const int r = row + 16 * i + group + 8 * (e / 2),
                              col = column + 8 * j + 2 * quarter + e % 2;
                    if (first_row + r >= arguments.a.rows || first_column + col >= arguments.b.rows)
                        continue;
                    const uint32_t c = c_at(first_row + r, first_column + col);
                    const bool nan =
                        shared.a[0].nan[r] || shared.b[0].nan[col] || (c & 0x7FFFFFFF) > 0x7F800000;
                    write(first_row + r, first_column + col,
                          nan ? nan_word : Profile::finish(states[i][j][e], c, arguments.unit));
                }
    }

  private:
    static constexpr uint32_t nan_word = 0x7FFFFFFF;

    // The blocks of 16 of one operand that a thread carries from memory to shared memory.
    template <int rows>
    struct Blocks {
        static constexpr int count = rows * blocks_per_slab / threads;
        Words2 codes[count];
        uint32_t scale_bytes[count];
    };

    FP4_HD uint32_t c_at(int64_t row, int64_t column) const {
        return arguments.c && row < arguments.a.rows && column < arguments.b.rows
                   ? arguments.c[row * arguments.b.rows + column]
                   : 0;
    }

    template <int rows>
    FP4_HD static Blocks<rows> fetch(const Operand& operand, int64_t first_row, int64_t s,
                                     int thread) {
        Blocks<rows> out;
#pragma unroll
        for (int i = 0; i < out.count; ++i) {
            const int64_t row = first_row + (thread + i * threads) / blocks_per_slab,
                          k = s * slab + (thread + i * threads) % blocks_per_slab * 16;
            const bool inside = row < operand.rows && k < operand.k;
            out.codes[i] =
                inside ? load_words2(operand.codes + row * operand.code_bytes_per_row() + k / 2)
                       : Words2{{0, 0}};
            out.scale_bytes[i] =
                inside
                    ? operand.scales[row * operand.scales_per_row() + (k >> operand.block_shift())]
                    : 0;
        }
        return out;
    }

    // Bytes 4k..4k+3 of chunk t of a row are elements 4t..4t+3 of block k. Chunks change places
    // with the row, so that stores spread over all banks.
    FP4_HD static int chunk(int row, int quarter) { return 16 * (quarter ^ (row >> 1 & 3)); }

    template <int rows>
    FP4_HD static Words4 halves(const Side<rows>& side, int row, int quarter) {
        return load_words4(side.halves[row] + chunk(row, quarter));
    }

    template <int rows>
    FP4_HD static void decode(const Operand& operand, const Blocks<rows>& blocks, Side<rows>& side,
                              uint8_t* nan, int thread, bool left) {
#pragma unroll
        for (int i = 0; i < blocks.count; ++i) {
            const int row = (thread + i * threads) / blocks_per_slab,
                      block = (thread + i * threads) % blocks_per_slab;
            const uint32_t byte = blocks.scale_bytes[i];
            const CodeTable table = halves_table(operand.sentinel, operand.special_halves(byte));
            uint32_t marks = 0;
#pragma unroll
            for (int quarter = 0; quarter < 4; ++quarter) {
                const uint32_t halves = look_up(
                    table, blocks.codes[i].word[quarter / 2] >> 16 * (quarter % 2) & 0xFFFF);
                store(side.halves[row] + chunk(row, quarter) + 4 * block, halves);
                if (Profile::marks) marks |= nonzero_bytes(halves) << 4 * quarter;
            }
            side.scales[row][block] = (left ? Profile::left_word(operand.scale, byte)
                                            : Profile::right_word(operand.scale, byte)) |
                                      marks << 16;
            if (scale_is_nan(operand.scale, byte)) nan[row] = 1;
        }
    }

    FP4_HD void write(int64_t row, int64_t column, uint32_t d) const {
        const int64_t index = row * arguments.b.rows + column;
        if (!(d << 1)) d = 0;
        if ((d & 0x7FFFFFFF) > 0x7F800000) d = nan_word;
        if (arguments.scaled) {
            const float alpha =
                multiply_rn(arguments.a_scale.of(row), arguments.b_scale.of(column));
            d = word_of(multiply_rn(alpha, float_of(d)));
            if (!(d << 1)) d = 0;
            if ((d & 0x7FFFFFFF) > 0x7F800000) d = nan_word;
        }
        if (arguments.output == Dense::f32) {
            static_cast<uint32_t*>(arguments.d)[index] = d;
            return;
        }
        const uint32_t narrow =
            arguments.output == Dense::bf16 ? bf16_of(float_of(d)) : f16_of(float_of(d));
        static_cast<uint16_t*>(arguments.d)[index] =
            static_cast<uint16_t>(narrow & 0x7FFF ? narrow : 0);
    }
};

} // namespace fp4::kernels
