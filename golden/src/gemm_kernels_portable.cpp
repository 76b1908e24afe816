#include "gemm_kernels.hpp"

namespace fp4::fast {
namespace {

struct Dots {
    template <int R>
    static void block(const Tile& t, uint64_t i, int32_t (*dots)[panel_columns]) {
        const uint8_t* lines = t.b + i * static_cast<uint64_t>(t.lines * line_bytes);
        for (int r = 0; r < R; ++r) {
            const auto row = static_cast<uint64_t>(r);
            const int8_t* a = t.a + row * t.a_stride + i * static_cast<uint64_t>(t.lines * line_k);
            for (int c = 0; c < panel_columns; ++c) dots[r][c] = t.a_scales[row * t.a_scale_stride + i].correction;
            for (int line = 0; line < t.lines; ++line)
                for (int c = 0; c < panel_columns; ++c) {
                    const uint8_t* b = lines + line * line_bytes + c * line_k;
                    const int8_t* e = a + line * line_k;
                    dots[r][c] += e[0] * b[0] + e[1] * b[1] + e[2] * b[2] + e[3] * b[3];
                }
        }
    }
};

#include "gemm_lanes.hpp"

template <int R>
void exact_narrow_rows(const Tile& t, int64_t* sums) {
    for (uint64_t i = 0; i < t.blocks; ++i) {
        Lanes32 dots[R];
        Dots::block<R>(t, i, dots);
        const int32_t* scales = t.b_scales + i * panel_columns;
        for (int r = 0; r < R; ++r) {
            const int32_t a_scale = t.a_scales[static_cast<uint64_t>(r) * t.a_scale_stride + i].word;
            for (int c = 0; c < panel_columns; ++c) sums[r * panel_columns + c] += int64_t{dots[r][c] * a_scale} * scales[c];
        }
    }
}

void exact_narrow(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>() { exact_narrow_rows<R>(t, sums); });
}

void decode_row(const RowSource& row, const OperandTables& tables, int8_t* halves, RowScale* scales) {
    const uint8_t* codes = row.codes;
    for (uint64_t i = 0; i < row.blocks; ++i) {
        const uint8_t scale = row.scales[i >> row.scale_shift];
        const int8_t* table = tables.elements[tables.elements_of[scale]];
        int sum = 0;
        for (int k = 0; k < row.block; k += 2, ++codes, halves += 2) {
            halves[0] = table[*codes & 15];
            halves[1] = table[*codes >> 4];
            sum += halves[0] + halves[1];
        }
        scales[i] = {-tables.bias * sum, tables.word_of[scale]};
    }
}

constexpr Kernels kernels{
    .isa = Isa::portable,
    .narrow_word_factor = 1,
    .narrow_bias = 0,
    .decode_row = decode_row,
    .exact_narrow = exact_narrow,
    .exact_wide = exact_wide,
    .exact_shifted = exact_shifted,
    .fused = fused,
    .sequential = sequential,
    .sequential_fused = sequential_fused,
    .round_sums = round_sums,
};

} // namespace

const Kernels& portable_kernels() { return kernels; }

const Kernels& kernels_of(Isa isa) {
    switch (isa) {
    case Isa::avx512_vnni: return avx512_kernels();
    case Isa::avx2: return avx2_kernels();
    case Isa::portable: break;
    }
    return portable_kernels();
}

} // namespace fp4::fast
