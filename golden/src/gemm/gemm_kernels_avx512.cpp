#include "gemm_kernels.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include "fast/target_region.hpp"

FP4_TARGET_REGION_BEGIN(
    "avx2,fma,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512ifma")
namespace fp4::fast {
namespace {

inline __m512i broadcast4(const void* bytes) {
    int32_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return _mm512_set1_epi32(word);
}

constexpr int vector_bytes = 64;
#include "gemm_vectors.hpp"

template <int R, int Lines>
inline void dots(const Tile& t, uint64_t i, int, I32 (&out)[R]) {
    const uint8_t* b = t.b + i * (Lines * line_bytes);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
        const auto row = static_cast<uint64_t>(r);
        const int8_t* a = t.a + row * t.a_stride + i * (Lines * line_k);
        __m512i sum = _mm512_set1_epi32(t.a_scales[row * t.a_scale_stride + i].correction);
#pragma GCC unroll 8
        for (int line = 0; line < Lines; ++line)
            sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(b + line * line_bytes),
                                      broadcast4(a + line * line_k));
        out[r] = (I32)sum;
    }
}

inline void multiply_add(const F32& x, const F32& y, F32& sum) {
    sum = (F32)_mm512_fmadd_ps((__m512)x, (__m512)y, (__m512)sum);
}

#include "gemm_lanes.hpp"

// Sixteen columns at a time, in 9 multiplier-port operations per row and block:
//   4 vpdpbusd  dot of the block, int32; abs < 2^15 (dot_fits_int16), so its lower half is the
//   whole number; 1 vpdpwssd  dot * A's scale + narrow_bias: one operation where vpmulld is two on
//   Intel cores. A's scale is below 2^15 and stands in the
//               lower half of its word, so the upper half of the dot (its sign) is multiplied by 0.
//               The bias of 2^30 is larger than every abs(dot * scale): the result lies in 0 ..
//               2^31 - 1, whichever way it is read, signed, unsigned or zero-extended;
//   even columns: vpmuldq, vpaddq; odd columns: shift, and with IFMA one vpmadd52luq (the product
//   is below 2^31 * 2^18, so its lower 52 bits
//               are all of it), else vpmuldq and vpaddq.
// The bias has entered each sum as 2^30 * (sum of the column's scales); the sums began at minus
// that, and wrap-around on the way is harmless.
constexpr int32_t bias = 1 << 30;

template <bool Ifma>
inline __m512i multiply_add_odd(__m512i sum, __m512i x, __m512i y) {
    if constexpr (Ifma)
        return _mm512_madd52lo_epu64(sum, x, y);
    else
        return _mm512_add_epi64(sum, _mm512_mul_epi32(x, y));
}

template <bool Ifma, int R>
void exact_narrow_rows(const Tile& t, int64_t* sums) {
    __m512i even[R], odd[R];
    for (int r = 0; r < R; ++r) even[r] = odd[r] = _mm512_setzero_si512();
    for (uint64_t i = 0; i < t.blocks; ++i) {
        const uint8_t* lines = t.b + i * (4 * line_bytes);
        const __m512i b0 = _mm512_loadu_si512(lines), b1 = _mm512_loadu_si512(lines + line_bytes);
        const __m512i b2 = _mm512_loadu_si512(lines + 2 * line_bytes),
                      b3 = _mm512_loadu_si512(lines + 3 * line_bytes);
        const __m512i b_scale = _mm512_loadu_si512(t.b_scales + i * panel_columns),
                      b_odd = _mm512_srli_epi64(b_scale, 32);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const auto row = static_cast<uint64_t>(r);
            const int8_t* a = t.a + row * t.a_stride + i * (4 * line_k);
            const RowScale& scale = t.a_scales[row * t.a_scale_stride + i];
            __m512i x = _mm512_set1_epi32(scale.correction);
            x = _mm512_dpbusd_epi32(x, b0, broadcast4(a));
            x = _mm512_dpbusd_epi32(x, b1, broadcast4(a + line_k));
            x = _mm512_dpbusd_epi32(x, b2, broadcast4(a + 2 * line_k));
            x = _mm512_dpbusd_epi32(x, b3, broadcast4(a + 3 * line_k));
            x = _mm512_dpwssd_epi32(_mm512_set1_epi32(bias), x, _mm512_set1_epi32(scale.word));
            even[r] = _mm512_add_epi64(even[r], _mm512_mul_epi32(x, b_scale));
            odd[r] = multiply_add_odd<Ifma>(odd[r], _mm512_srli_epi64(x, 32), b_odd);
        }
    }
    for (int r = 0; r < R; ++r) add_to(sums + r * panel_columns, (U64)even[r], (U64)odd[r]);
}

template <bool Ifma>
void exact_narrow(const Tile& t, int rows, int64_t* sums) {
    with_rows(rows, [&]<int R>(int) { exact_narrow_rows<Ifma, R>(t, sums); });
}

template <bool Ifma>
Kernels make_kernels() {
    return {
        .isa = Isa::avx512_vnni,
        .narrow_word_factor = 1,
        .narrow_bias = bias,
        .decode_row = avx2_kernels().decode_row,
        .exact_narrow = exact_narrow<Ifma>,
        .exact_wide = exact_wide,
        .exact_shifted = exact_shifted,
        .fused = fused,
        .sequential = sequential,
        .sequential_fused = sequential_fused,
        .round_sums = round_sums,
    };
}

} // namespace
} // namespace fp4::fast
FP4_TARGET_REGION_END

namespace fp4::fast {

const Kernels& avx512_kernels(bool ifma) {
    static const Kernels tables[] = {make_kernels<false>(), make_kernels<true>()};
    return tables[ifma];
}

} // namespace fp4::fast
#else
const fp4::fast::Kernels& fp4::fast::avx512_kernels(bool) { return portable_kernels(); }
#endif
