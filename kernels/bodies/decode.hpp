// Packed codes and scales to a dense matrix: RNE of value * tensor scale in binary32, then of that
// in bfloat16 or binary16.
#pragma once
#include "../arithmetic/element_values.hpp"
#include "../arithmetic/narrow.hpp"
#include "../arithmetic/operand.hpp"
#include "../arithmetic/outer_scale.hpp"
#include "../arithmetic/scale.hpp"
#include "types.hpp"
#include "words.hpp"

namespace fp4::kernels {

// A thread makes eight elements at a time, half a block of 16. NaN (0x7FFFFFFF, 0x7FFF) for a NaN
// scale byte and for an outer scale that is not finite; zeros of formats with specials have no
// sign, also where rounding made them.
template <Dense dense>
struct Decode {
    static constexpr int threads = 256, octets_per_thread = 4;
    static constexpr int shared_bytes = 0;

    Operand in;
    void* out; // rows x k
    OuterScale outer;
    uint32_t v1 = f16_of_halves(in.v1_halves), v2 = f16_of_halves(in.v2_halves);

    FP4_HD int64_t octets() const { return in.rows * in.k / 8; }
    int64_t blocks() const {
        return (octets() + threads * octets_per_thread - 1) / (threads * octets_per_thread);
    }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int64_t first =
            int64_t{context.block_x()} * threads * octets_per_thread + context.thread();
        uint32_t codes[octets_per_thread], scales[octets_per_thread];
#pragma unroll
        for (int i = 0; i < octets_per_thread; ++i) {
            const int64_t octet = first + i * threads;
            if (octet >= octets()) continue;
            codes[i] = load_word(in.codes + octet * 4);
            scales[i] = in.scales[octet * 8 >> in.block_shift()];
        }
#pragma unroll
        for (int i = 0; i < octets_per_thread; ++i) {
            const int64_t octet = first + i * threads;
            if (octet < octets()) write(octet, codes[i], scales[i]);
        }
    }

  private:
    FP4_HD void write(int64_t octet, uint32_t codes, uint32_t scale_byte) const {
        const ElementTable table = element_table(in, scale_byte, v1, v2);
        const Elements4 first = elements(table, in.sentinel, codes & 0xFFFF),
                        second = elements(table, in.sentinel, codes >> 16);
        const uint32_t pairs[4] = {first.low, first.high, second.low, second.high};
        // Where all rows have one scale, nothing is divided.
        const float outer_scale = outer.rows ? outer.rows[octet * 8 / in.k] : outer.tensor;
        const bool nan =
            scale_is_nan(in.scale, scale_byte) || !(word_of(outer_scale) << 1 < 0xFF000000u);
        float values[8];
        for (int i = 0; i < 8; ++i)
            values[i] = scaled(float_of_f16(pairs[i / 2] >> 16 * (i % 2) & 0xFFFF), scale_byte,
                               outer_scale);
        if constexpr (dense == Dense::f32) {
            const float zero = in.sentinel >= 0
                                   ? 0.0f
                                   : -0.0f; // to which a zero is added: the first takes its sign
            Words4 words[2];
            for (int i = 0; i < 8; ++i)
                words[i / 4].word[i % 4] = nan ? 0x7FFFFFFF : word_of(add_rn(values[i], zero));
            store(static_cast<float*>(out) + octet * 8, words[0]);
            store(static_cast<float*>(out) + octet * 8 + 4, words[1]);
        } else {
            Words4 words;
            for (int i = 0; i < 4; ++i) {
                uint32_t pair = dense == Dense::bf16 ? bf16x2_of(values[2 * i], values[2 * i + 1])
                                                     : f16x2_of(values[2 * i], values[2 * i + 1]);
                if (in.sentinel >= 0)
                    pair = dense == Dense::bf16 ? unsigned_zeros_bf16x2(pair)
                                                : unsigned_zeros_f16x2(pair);
                words.word[i] = nan ? 0x7FFF7FFF : pair;
            }
            store(static_cast<uint16_t*>(out) + octet * 8, words);
        }
    }

    FP4_HD float scaled(float element, uint32_t scale_byte, float outer_scale) const {
        if (in.scale ==
            ScaleType::e8m0) // beyond binary32 before the outer scale; in binary64 exact
            return static_cast<float>(multiply_rn(
                multiply_rn(double{element}, double_of(uint64_t{scale_byte + 1023 - 127} << 52)),
                double{outer_scale}));
        return multiply_rn(multiply_rn(element, scale_value(in.scale, scale_byte)), outer_scale);
    }
};

} // namespace fp4::kernels
