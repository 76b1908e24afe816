// Dense inputs: binary32, bfloat16 or binary16, read as binary32.
#pragma once
#include "../arithmetic/narrow.hpp"
#include "types.hpp"
#include "words.hpp"

namespace fp4::kernels {

FP4_HD float float_of_half_word(Dense source, uint32_t half) {
    if (source == Dense::bf16) return float_of(half << 16);
    if ((half & 0x7C00) == 0x7C00)
        return float_of((half & 0x8000) << 16 | 0x7F800000 | (half & 0x3FF) << 13);
    return float_of_f16(half);
}

template <Dense source>
FP4_HD float load(const void* x, int64_t index) {
    if constexpr (source == Dense::f32)
        return static_cast<const float*>(x)[index];
    else
        return float_of_half_word(source, static_cast<const uint16_t*>(x)[index]);
}

// Sixteen in a row; `first` is a multiple of 16.
template <Dense source>
FP4_HD void load16(float (&out)[16], const void* x, int64_t first) {
    if constexpr (source == Dense::f32) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const Words4 words = load_words4(static_cast<const float*>(x) + first + 4 * i);
#pragma unroll
            for (int j = 0; j < 4; ++j) out[4 * i + j] = float_of(words.word[j]);
        }
    } else {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const Words4 words = load_words4(static_cast<const uint16_t*>(x) + first + 8 * i);
#pragma unroll
            for (int j = 0; j < 8; ++j)
                out[8 * i + j] =
                    float_of_half_word(source, words.word[j / 2] >> 16 * (j % 2) & 0xFFFF);
        }
    }
}

} // namespace fp4::kernels
