#include <immintrin.h>

#include "compared.hpp"
#include "fast/target_region.hpp"

FP4_TARGET_REGION_BEGIN("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
namespace fp4::bench {
namespace {

using fast::line_bytes, fast::line_k, fast::panel_columns, fast::RowScale, fast::Tile;

inline int32_t word_at(const void* bytes) {
    int32_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return word;
}

template <int R>
void vnni_rows(const Tile& t, float* out) {
    __m512 sums[R];
    for (int r = 0; r < R; ++r) sums[r] = _mm512_loadu_ps(out + r * panel_columns);
    for (uint64_t i = 0; i < t.blocks; ++i) {
        const uint8_t* lines = t.b + i * (4 * line_bytes);
        const __m512i b0 = _mm512_loadu_si512(lines), b1 = _mm512_loadu_si512(lines + line_bytes);
        const __m512i b2 = _mm512_loadu_si512(lines + 2 * line_bytes),
                      b3 = _mm512_loadu_si512(lines + 3 * line_bytes);
        const __m512 b_scale = _mm512_loadu_ps(t.b_scales + i * panel_columns);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const auto row = static_cast<uint64_t>(r);
            const int8_t* a = t.a + row * t.a_stride + i * (4 * line_k);
            const RowScale& scale = t.a_scales[row * t.a_scale_stride + i];
            __m512i x = _mm512_set1_epi32(scale.correction);
            x = _mm512_dpbusd_epi32(x, b0, _mm512_set1_epi32(word_at(a)));
            x = _mm512_dpbusd_epi32(x, b1, _mm512_set1_epi32(word_at(a + line_k)));
            x = _mm512_dpbusd_epi32(x, b2, _mm512_set1_epi32(word_at(a + 2 * line_k)));
            x = _mm512_dpbusd_epi32(x, b3, _mm512_set1_epi32(word_at(a + 3 * line_k)));
            sums[r] = _mm512_fmadd_ps(
                _mm512_cvtepi32_ps(x),
                _mm512_mul_ps(b_scale, _mm512_castsi512_ps(_mm512_set1_epi32(scale.word))),
                sums[r]);
        }
    }
    for (int r = 0; r < R; ++r) _mm512_storeu_ps(out + r * panel_columns, sums[r]);
}

template <int R>
void avx2_rows(const Tile& t, float* out) {
    for (int half = 0; half < 2; ++half) {
        __m256 sums[R];
        for (int r = 0; r < R; ++r) sums[r] = _mm256_loadu_ps(out + r * panel_columns + half * 8);
        for (uint64_t i = 0; i < t.blocks; ++i) {
            const __m256 b_scale = _mm256_loadu_ps(
                reinterpret_cast<const float*>(t.b_scales + i * panel_columns + half * 8));
            const uint8_t* lines = t.b + i * (4 * line_bytes) + half * 32;
#pragma GCC unroll 4
            for (int r = 0; r < R; ++r) {
                const auto row = static_cast<uint64_t>(r);
                const int8_t* a = t.a + row * t.a_stride + i * (4 * line_k);
                const RowScale& scale = t.a_scales[row * t.a_scale_stride + i];
                __m256i pairs = _mm256_set1_epi32(scale.correction & 0xFFFF);
#pragma GCC unroll 4
                for (int line = 0; line < 4; ++line) {
                    const __m256i b = _mm256_loadu_si256(
                        reinterpret_cast<const __m256i*>(lines + line * line_bytes));
                    pairs = _mm256_add_epi16(
                        pairs,
                        _mm256_maddubs_epi16(b, _mm256_set1_epi32(word_at(a + line * line_k))));
                }
                const __m256 dots =
                    _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
                sums[r] = _mm256_fmadd_ps(
                    dots,
                    _mm256_mul_ps(b_scale, _mm256_castsi256_ps(_mm256_set1_epi32(scale.word))),
                    sums[r]);
            }
        }
        for (int r = 0; r < R; ++r) _mm256_storeu_ps(out + r * panel_columns + half * 8, sums[r]);
    }
}

template <bool Vnni>
void panel(const Tile& t, int rows, float* sums) {
    const auto call = [&]<int R>() { Vnni ? vnni_rows<R>(t, sums) : avx2_rows<R>(t, sums); };
    switch (rows) {
    case 1: return call.template operator()<1>();
    case 2: return call.template operator()<2>();
    case 3: return call.template operator()<3>();
    default: return call.template operator()<4>();
    }
}

} // namespace
} // namespace fp4::bench
FP4_TARGET_REGION_END

fp4::bench::PanelKernel fp4::bench::fp32_panel(Isa isa) {
    return isa == Isa::avx512_vnni ? panel<true> : panel<false>;
}
