#include <immintrin.h>

#include "compared.hpp"
#include "fp4/formats/e2m1.hpp"
#include "fast/target_region.hpp"

// Two blocks of 16 at a time: both nibbles of a byte through a table, absolute values of one
// operand times the other with its sign (vpmaddubsw wants one unsigned operand), pairs to int32,
// binary32 scale, fused multiply-add. A byte holds neighbors in k, so the low and the high nibbles
// of a block are its even and odd elements; a dot product does not mind the order.
FP4_TARGET_REGION_BEGIN("avx2,fma")
namespace fp4::bench {
namespace {

inline __m256i expand(const uint8_t* codes,
                      __m256i table) { // 16 bytes: two blocks, each to one half of the register
    const __m128i packed = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)),
                  nibble = _mm_set1_epi8(15);
    const __m128i low = _mm_and_si128(packed, nibble),
                  high = _mm_and_si128(_mm_srli_epi16(packed, 4), nibble);
    return _mm256_shuffle_epi8(
        table, _mm256_set_m128i(_mm_unpackhi_epi8(low, high), _mm_unpacklo_epi8(low, high)));
}

} // namespace

float row_dot(std::span<const uint8_t> a_codes, std::span<const float> a_scales,
              std::span<const uint8_t> b_codes, std::span<const float> b_scales) {
    const __m256i table = _mm256_broadcastsi128_si256(
                      _mm_loadu_si128(reinterpret_cast<const __m128i*>(e2m1_halves_table.data()))),
                  ones = _mm256_set1_epi16(1);
    __m256 sums[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
    const size_t blocks = a_scales.size(), pairs = blocks / 2;
    for (size_t i = 0; i < pairs; ++i) {
        const __m256i x = expand(a_codes.data() + i * 16, table),
                      y = expand(b_codes.data() + i * 16, table);
        const __m256i dots = _mm256_madd_epi16(
            _mm256_maddubs_epi16(_mm256_sign_epi8(x, x), _mm256_sign_epi8(y, x)), ones);
        const __m128 first = _mm_set1_ps(a_scales[2 * i] * b_scales[2 * i]),
                     second = _mm_set1_ps(a_scales[2 * i + 1] * b_scales[2 * i + 1]);
        sums[i % 2] =
            _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), _mm256_set_m128(second, first), sums[i % 2]);
    }
    const __m256 both = _mm256_add_ps(sums[0], sums[1]);
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(both), _mm256_extractf128_ps(both, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

} // namespace fp4::bench
FP4_TARGET_REGION_END
