#include "gemm_kernels.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include "fast/target_region.hpp"

FP4_TARGET_REGION_BEGIN("avx2,fma,bmi,bmi2,lzcnt")
namespace fp4::fast {
namespace {

inline __m256i broadcast4(const void* bytes) {
    int32_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return _mm256_set1_epi32(word);
}
inline __m256i load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// The block's products of eight columns as two int16 sums per column. A sum of 8 products of abs(a)
// <= 15 * 8 and a byte <= 2 * bias stays below 2^15 as long as maxA * bias <= 255; with elements
// not multiplied by 8 (or 16 products of mxfp4) there is room to spare. vpmaddubsw sees two
// products at a time and never saturates. The correction goes into the lower sum, where it fits for
// the same reason.
template <int Lines>
inline __m256i pair_sums(const uint8_t* lines, const int8_t* a, const RowScale& scale) {
    __m256i sums = _mm256_set1_epi32(scale.correction & 0xFFFF);
#pragma GCC unroll 8
    for (int line = 0; line < Lines; ++line)
        sums = _mm256_add_epi16(sums, _mm256_maddubs_epi16(load(lines + line * line_bytes),
                                                           broadcast4(a + line * line_k)));
    return sums;
}

constexpr int vector_bytes = 32;
#include "gemm_vectors.hpp"

template <int R, int Lines>
inline void dots(const Tile& t, uint64_t i, int column, I32 (&out)[R]) {
    const uint8_t* b = t.b + i * (Lines * line_bytes) + column * line_k;
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
        const auto row = static_cast<uint64_t>(r);
        const __m256i pairs = pair_sums<Lines>(b, t.a + row * t.a_stride + i * (Lines * line_k),
                                               t.a_scales[row * t.a_scale_stride + i]);
        out[r] = (I32)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
}

inline void multiply_add(const F32& x, const F32& y, F32& sum) {
    sum = (F32)_mm256_fmadd_ps((__m256)x, (__m256)y, (__m256)sum);
}

#include "gemm_lanes.hpp"

// Eight columns at a time. vpmaddwd adds the two int16 sums of a column and multiplies by A's
// scale, which stands in both halves of its word: below 2^30 in all. vpmuldq by B's scales takes
// the even columns as they are and the odd ones from the upper half of each 64 bits.
template <int R>
void exact_narrow_rows(const Tile& t, int column, int64_t* sums) {
    __m256i even[R], odd[R];
    for (int r = 0; r < R; ++r) even[r] = odd[r] = _mm256_setzero_si256();
    for (uint64_t i = 0; i < t.blocks; ++i) {
        const __m256i b_scale = load(t.b_scales + i * panel_columns + column),
                      b_odd = _mm256_srli_epi64(b_scale, 32);
        const uint8_t* lines = t.b + i * (4 * line_bytes) + column * line_k;
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const auto row = static_cast<uint64_t>(r);
            const RowScale& scale = t.a_scales[row * t.a_scale_stride + i];
            const __m256i pairs =
                pair_sums<4>(lines, t.a + row * t.a_stride + i * (4 * line_k), scale);
            const __m256i scaled = _mm256_madd_epi16(pairs, _mm256_set1_epi32(scale.word));
            even[r] = _mm256_add_epi64(even[r], _mm256_mul_epi32(scaled, b_scale));
            odd[r] =
                _mm256_add_epi64(odd[r], _mm256_mul_epi32(_mm256_srli_epi64(scaled, 32), b_odd));
        }
    }
    for (int r = 0; r < R; ++r) add_to(sums + r * panel_columns, (U64)even[r], (U64)odd[r]);
}

void exact_narrow(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>(int column) { exact_narrow_rows<R>(t, column, sums + column); });
}

void decode_row(const RowSource& row, const OperandTables& tables, int8_t* halves,
                RowScale* scales) {
    const uint8_t* codes = row.codes;
    const __m128i nibble = _mm_set1_epi8(15), offset = _mm_set1_epi8(-128);
    for (uint64_t i = 0; i < row.blocks; ++i) {
        const uint8_t scale = row.scales[i >> row.scale_shift];
        const __m128i table = _mm_load_si128(
            reinterpret_cast<const __m128i*>(tables.elements[tables.elements_of[scale]]));
        int sum = 0;
        uint32_t zeros = 0;
        for (int k = 0; k < row.block; k += 16, codes += 8, halves += 16) {
            const __m128i packed = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes));
            const __m128i both =
                _mm_and_si128(_mm_unpacklo_epi8(packed, _mm_srli_epi16(packed, 4)), nibble);
            const __m128i decoded = _mm_shuffle_epi8(table, both);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(halves), decoded);
            const __m128i total = _mm_sad_epu8(_mm_xor_si128(decoded, offset),
                                               _mm_setzero_si128()); // sum of element + 128
            sum += _mm_cvtsi128_si32(total) + _mm_extract_epi16(total, 4) - 16 * 128;
            zeros = static_cast<uint32_t>(
                _mm_movemask_epi8(_mm_cmpeq_epi8(decoded, _mm_set1_epi8(tables.zero))));
        }
        const uint32_t marks = tables.marks ? ~zeros << 16 : 0; // then a block is 16 elements
        scales[i] = {-tables.bias * sum,
                     static_cast<int32_t>(static_cast<uint32_t>(tables.word_of[scale]) | marks)};
    }
}

constexpr Kernels kernels{
    .isa = Isa::avx2,
    .narrow_word_factor = 0x10001,
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

const Kernels& avx2_kernels() { return kernels; }

} // namespace fp4::fast
FP4_TARGET_REGION_END
#else
const fp4::fast::Kernels& fp4::fast::avx2_kernels() { return portable_kernels(); }
#endif
