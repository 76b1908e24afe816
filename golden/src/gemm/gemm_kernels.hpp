// What the inner kernels of gemm_fast work on, and the table of them that each instruction set
// provides.
#pragma once
#include <cstdint>

#include "fp4/fast/isa.hpp"

namespace fp4::fast {

inline constexpr int panel_columns = 16; // rows of B side by side
inline constexpr int line_k = 4; // consecutive k of one column, adjacent in a line of a panel
inline constexpr int line_bytes = panel_columns * line_k;
inline constexpr int tile_rows = 4; // rows of A that a kernel takes at most

// A block of a row of A. `correction` is minus the bias of B's bytes times the sum of the block, so
// that correction + sum of a * byte is the dot product in quarter-units (times 8 where the elements
// are, see operand_tables.hpp). `word` is the block scale in the form the kernel needs.
struct RowScale {
    int32_t correction;
    int32_t word;
};

// Up to tile_rows rows of A against one panel of B, over a run of blocks.
struct Tile {
    const int8_t* a; // half-units
    uint64_t a_stride;
    const RowScale* a_scales; // one per block
    uint64_t a_scale_stride;
    const uint8_t*
        b; // lines: column c, k + 0..3 in bytes 4c .. 4c + 3, each biased to an unsigned byte
    const int32_t* b_scales; // [block][panel_columns] scale words
    uint64_t blocks;         // of 4 lines, or 8 where blocks of 32 are one term
};

// From packed bytes to elements and scale words; one entry per scale byte.
struct OperandTables {
    alignas(16) int8_t elements[8][16]; // half-units by code, one table per selector of the scale
                                        // byte; the upper four are the lower four times 8
    uint8_t elements_of[256];           // index into `elements`
    int32_t word_of[256];
    int bias;    // added to every element of B to make it an unsigned byte
    int8_t zero; // what `elements` has for zero: `bias` in B, 0 in A
    bool marks;  // words get a bit for every element that is not zero: 16 + i for element i
};

// Blocks of `block` elements of a packed row; block i has scale byte i >> scale_shift.
struct RowSource {
    const uint8_t* codes;
    const uint8_t* scales;
    uint64_t blocks;
    int block;
    int scale_shift;
};

// Fused steps of four terms, cut toward zero.
struct FusedRule {
    int fraction_bits;
    bool zeros_left_out; // terms of zero products and a zero C have zero_exponent
    int zero_exponent;
};

// The rows of the accumulators are panel_columns wide. rows: 1 .. tile_rows.
using SumKernel = void (*)(const Tile& tile, int rows, int64_t* sums);
using ChainKernel = void (*)(const Tile& tile, int rows, uint32_t* accumulators);

struct Kernels {
    Isa isa;
    int32_t narrow_word_factor; // what exact_narrow wants the words of A multiplied by
    int64_t narrow_bias; // exact_narrow adds this times the scale of B once per block and column

    void (*decode_row)(const RowSource& row, const OperandTables& tables, int8_t* halves,
                       RowScale* scales);

    SumKernel exact_narrow; // words: A and B integers; A's fit int16, dots too, products of both
                            // stay below 2^30
    SumKernel
        exact_wide; // words: A significand | shift << 16, B integers; no bound but that of the sum
    SumKernel exact_shifted; // blocks of 32; words: exponents above the smallest of the row and of
                             // the column
    void (*fused)(const Tile& tile, int rows, const FusedRule& rule,
                  uint32_t* accumulators); // words: significand | exponent << 8 | marks << 16
    ChainKernel sequential; // words: binary32 values whose product is the worth of a quarter-unit
    ChainKernel sequential_fused; // words: exponents whose sum is that of a quarter-unit

    void (*round_sums)(const int64_t* sums, float unit,
                       float* d); // RNE(sum * unit) for panel_columns sums, unit a power of two
};

const Kernels& portable_kernels();
const Kernels& avx2_kernels();
const Kernels& avx512_kernels(bool ifma);
const Kernels& kernels_of(Isa isa);

} // namespace fp4::fast
