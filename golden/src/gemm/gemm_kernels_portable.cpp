#include "gemm_kernels.hpp"

namespace fp4::fast {
namespace {

constexpr int vector_bytes = 16;
#include "gemm_vectors.hpp"

template <int R, int Lines>
inline void dots(const Tile& t, uint64_t i, int column, I32 (&out)[R]) {
    const uint8_t* lines = t.b + i * (Lines * line_bytes) + column * line_k;
    for (int r = 0; r < R; ++r) {
        const auto row = static_cast<uint64_t>(r);
        const int8_t* a = t.a + row * t.a_stride + i * (Lines * line_k);
        int32_t sums[lanes];
        for (int32_t& sum : sums) sum = t.a_scales[row * t.a_scale_stride + i].correction;
        for (int line = 0; line < Lines; ++line)
            for (int c = 0; c < lanes; ++c) {
                const uint8_t* b = lines + line * line_bytes + c * line_k;
                const int8_t* e = a + line * line_k;
                sums[c] += e[0] * b[0] + e[1] * b[1] + e[2] * b[2] + e[3] * b[3];
            }
        __builtin_memcpy(&out[r], sums, sizeof sums);
    }
}

inline void multiply_add(const F32& x, const F32& y, F32& sum) {
    for (int c = 0; c < lanes; ++c) sum[c] = __builtin_fmaf(x[c], y[c], sum[c]);
}

#include "gemm_lanes.hpp"

template <int R>
void exact_narrow_rows(const Tile& t, int column, int64_t* sums) {
    for (uint64_t i = 0; i < t.blocks; ++i) {
        I32 dot[R];
        dots<R, 4>(t, i, column, dot);
        const int32_t* scales = t.b_scales + i * panel_columns + column;
        for (int r = 0; r < R; ++r)
            for (int c = 0; c < lanes; ++c)
                sums[r * panel_columns + c] += int64_t{dot[r][c] * word_of(t, r, i)} * scales[c];
    }
}

void exact_narrow(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>(int column) { exact_narrow_rows<R>(t, column, sums + column); });
}

void decode_row(const RowSource& row, const OperandTables& tables, int8_t* halves,
                RowScale* scales) {
    const uint8_t* codes = row.codes;
    for (uint64_t i = 0; i < row.blocks; ++i) {
        const uint8_t scale = row.scales[i >> row.scale_shift];
        const int8_t* table = tables.elements[tables.elements_of[scale]];
        int sum = 0;
        uint32_t marks = 0;
        for (int k = 0; k < row.block; k += 2, ++codes, halves += 2) {
            halves[0] = table[*codes & 15];
            halves[1] = table[*codes >> 4];
            sum += halves[0] + halves[1];
            if (tables.marks)
                marks |= (halves[0] != tables.zero ? 1u : 0u) << k |
                         (halves[1] != tables.zero ? 2u : 0u) << k;
        }
        scales[i] = {
            -tables.bias * sum,
            static_cast<int32_t>(static_cast<uint32_t>(tables.word_of[scale]) | marks << 16)};
    }
}

bool has_ifma() {
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512ifma");
#else
    return false;
#endif
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
    case Isa::avx512_vnni: return avx512_kernels(has_ifma());
    case Isa::avx2: return avx2_kernels();
    case Isa::portable: break;
    }
    return portable_kernels();
}

} // namespace fp4::fast
