#include "dequantize_kernels.hpp"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace fp4 {
namespace {

template <class Value>
void decode_portable(const ValueTable<Value>& table, const PackedRuns& in, size_t first,
                     size_t count, Value* out) {
    for (size_t run = first; run < first + count; ++run) {
        const auto& row = table.rows[in.scales[run >> in.scale_shift]];
        for (size_t i = 0; i < dot_lanes / 2; ++i) {
            const uint8_t pair = in.codes[run * (dot_lanes / 2) + i];
            *out++ = row[pair & 15];
            *out++ = row[pair >> 4];
        }
    }
}

#if defined(__x86_64__) && defined(__GNUC__)

uint32_t load32(const uint8_t* bytes) {
    uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

// A 32-bit word holds the codes of eight elements; lane i of the shifted word has code i in its low
// bits.
[[gnu::target("avx2")]] void decode_avx2(const ValueTable<Fp32>& table, const PackedRuns& in,
                                         size_t first, size_t count, Fp32* out) {
    const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    for (size_t run = first; run < first + count; ++run) {
        const auto* row =
            reinterpret_cast<const float*>(table.rows[in.scales[run >> in.scale_shift]].data());
        const __m256 low = _mm256_load_ps(row), high = _mm256_load_ps(row + 8);
        for (size_t half = 0; half < 2; ++half, out += 8) {
            const __m256i code = _mm256_srlv_epi32(
                _mm256_set1_epi32(static_cast<int>(load32(in.codes + run * 8 + half * 4))), shifts);
            const __m256 bit3_as_sign = _mm256_castsi256_ps(_mm256_slli_epi32(code, 28));
            const __m256 value =
                _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, code),
                                 _mm256_permutevar8x32_ps(high, code), bit3_as_sign);
            _mm256_storeu_ps(reinterpret_cast<float*>(out), value);
        }
    }
}

// Low and high bytes of the values are looked up apart.
[[gnu::target("avx2")]] void decode_avx2(const ValueTable<Bf16>& table, const PackedRuns& in,
                                         size_t first, size_t count, Bf16* out) {
    const __m128i nibble = _mm_set1_epi8(15), even = _mm_set1_epi16(0xFF);
    for (size_t run = first; run < first + count; ++run, out += dot_lanes) {
        const auto* row =
            reinterpret_cast<const __m128i*>(table.rows[in.scales[run >> in.scale_shift]].data());
        const __m128i first8 = _mm_load_si128(row), last8 = _mm_load_si128(row + 1);
        const __m128i low =
            _mm_packus_epi16(_mm_and_si128(first8, even), _mm_and_si128(last8, even));
        const __m128i high = _mm_packus_epi16(_mm_srli_epi16(first8, 8), _mm_srli_epi16(last8, 8));
        const __m128i pairs = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in.codes + run * 8));
        const __m128i code = _mm_unpacklo_epi8(_mm_and_si128(pairs, nibble),
                                               _mm_and_si128(_mm_srli_epi16(pairs, 4), nibble));
        const __m128i low_bytes = _mm_shuffle_epi8(low, code),
                      high_bytes = _mm_shuffle_epi8(high, code);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_unpacklo_epi8(low_bytes, high_bytes));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 8),
                         _mm_unpackhi_epi8(low_bytes, high_bytes));
    }
}

[[gnu::target("avx2")]] void stream_avx2(const std::byte* from, std::byte* to, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 32)
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i),
                            _mm256_load_si256(reinterpret_cast<const __m256i*>(from + i)));
}

#define FP4_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]

FP4_AVX512 void decode_avx512(const ValueTable<Fp32>& table, const PackedRuns& in, size_t first,
                              size_t count, Fp32* out) {
    const __m512i shifts =
        _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
    for (size_t run = first; run < first + count; ++run, out += dot_lanes) {
        const __m512i row = _mm512_load_si512(table.rows[in.scales[run >> in.scale_shift]].data());
        const __m512i low_word = _mm512_set1_epi32(static_cast<int>(load32(in.codes + run * 8)));
        const __m512i words = _mm512_mask_set1_epi32(
            low_word, 0xFF00, static_cast<int>(load32(in.codes + run * 8 + 4)));
        // The masked forms: g++ 12 warns of the others (GCC bug 105593). The low four bits select.
        const __m512i code = _mm512_maskz_srlv_epi32(0xFFFF, words, shifts);
        _mm512_storeu_si512(out, _mm512_maskz_permutexvar_epi32(0xFFFF, code, row));
    }
}

FP4_AVX512 void decode_avx512(const ValueTable<Bf16>& table, const PackedRuns& in, size_t first,
                              size_t count, Bf16* out) {
    const __m256i shifts = _mm256_setr_epi16(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    const __m256i word_of_lane = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4,
                                                  5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
    for (size_t run = first; run < first + count; ++run, out += dot_lanes) {
        const __m256i row = _mm256_load_si256(
            reinterpret_cast<const __m256i*>(table.rows[in.scales[run >> in.scale_shift]].data()));
        uint64_t codes;
        std::memcpy(&codes, in.codes + run * 8, sizeof codes);
        const __m256i words =
            _mm256_shuffle_epi8(_mm256_set1_epi64x(static_cast<long long>(codes)), word_of_lane);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                            _mm256_permutexvar_epi16(_mm256_srlv_epi16(words, shifts), row));
    }
}

FP4_AVX512 void stream_avx512(const std::byte* from, std::byte* to, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_load_si512(from + i));
}

void fence() { _mm_sfence(); }

#endif

} // namespace

template <class Value>
DequantizeKernel<Value> dequantize_kernel([[maybe_unused]] Isa isa) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa == Isa::avx512_vnni) return {decode_avx512, stream_avx512, fence};
    if (isa == Isa::avx2) return {decode_avx2, stream_avx2, fence};
#endif
    return {decode_portable<Value>, nullptr, nullptr};
}

template DequantizeKernel<Fp32> dequantize_kernel(Isa isa);
template DequantizeKernel<Bf16> dequantize_kernel(Isa isa);

} // namespace fp4
