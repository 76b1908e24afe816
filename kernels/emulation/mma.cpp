#include "mma.hpp"

#include <algorithm>
#include <vector>

#include "../arithmetic/fused_sum.hpp"
#include "../arithmetic/round_element.hpp"
#include "../engine/fused_rule.hpp"

namespace fp4::kernels {
namespace {

template <class Lane>
Lane& lane(std::span<void* const> lanes, int i) {
    return *static_cast<Lane*>(lanes[static_cast<size_t>(i)]);
}

int byte_of(uint32_t word, int i) { return static_cast<int8_t>(word >> 8 * i & 0xFF); }

// significand * 2^(exponent - fraction bits); zero has a small exponent, so that it never leads.
struct Term {
    int64_t significand;
    int exponent;
};

Term f16_term(uint32_t half) {
    const int field = static_cast<int>(half >> 10 & 31);
    const int64_t magnitude = (half & 0x3FF) | (field ? 0x400 : 0);
    return {half & 0x8000 ? -magnitude : magnitude, magnitude ? (field ? field : 1) - 15 : -126};
}

Term f32_term(float x) {
    const uint32_t word = word_of(x);
    const int field = static_cast<int>(word >> 23 & 0xFF);
    const int64_t magnitude = (word & 0x7FFFFF) | (field ? 0x800000 : 0);
    return {word >> 31 ? -magnitude : magnitude, (field ? field : 1) - 127};
}

float fused_dot_add(const uint32_t (&a)[16], const uint32_t (&b)[16], float c,
                    const TensorCores& tensor_cores) {
    const int kept = tensor_cores.kept_bits;
    for (int first = 0; first < 16; first += tensor_cores.products) {
        const Term addend = f32_term(c);
        std::vector<Term> products;
        int largest = addend.exponent;
        for (int k = first; k < first + tensor_cores.products; ++k) {
            const Term x = f16_term(a[k]), y = f16_term(b[k]);
            products.push_back({x.significand * y.significand, x.exponent + y.exponent});
            largest = std::max(largest, products.back().exponent);
        }
        int64_t sum = cut(addend.significand, kept - 23 + addend.exponent - largest);
        for (const Term& product : products)
            sum += cut(product.significand, kept - 20 + product.exponent - largest);
        c = float_of(pack_toward_zero(sum, largest - kept));
    }
    return c;
}

int e2m1_half_units(uint32_t code) {
    return code & 8 ? -e2m1_mag_halves(code) : e2m1_mag_halves(code);
}

uint32_t half_of(uint32_t word, int i) { return word >> 16 * i & 0xFFFF; }

} // namespace

void mma_f16_together(std::span<void* const> lanes) {
    float out[32][4];
    for (int i = 0; i < 32; ++i)
        for (int e = 0; e < 4; ++e) {
            const int row = i / 4 + 8 * (e / 2), column = 2 * (i % 4) + e % 2;
            uint32_t a[16], b[16];
            for (int k = 0; k < 16; ++k) {
                a[k] = half_of(
                    lane<MmaF16Lane>(lanes, row % 8 * 4 + k % 8 / 2).a[row / 8 + 2 * (k / 8)],
                    k % 2);
                b[k] = half_of(lane<MmaF16Lane>(lanes, column * 4 + k % 8 / 2).b[k / 8], k % 2);
            }
            out[i][e] = fused_dot_add(a, b, lane<MmaF16Lane>(lanes, i).c[e],
                                      *lane<MmaF16Lane>(lanes, i).tensor_cores);
        }
    for (int i = 0; i < 32; ++i) std::copy_n(out[i], 4, lane<MmaF16Lane>(lanes, i).c);
}

void mma_s8_together(std::span<void* const> lanes) {
    for (int i = 0; i < 32; ++i)
        for (int e = 0; e < 4; ++e) {
            const int row = i / 4 + 8 * (e / 2), column = 2 * (i % 4) + e % 2;
            int32_t sum = 0;
            for (int k = 0; k < 16; ++k)
                sum += byte_of(lane<MmaS8Lane>(lanes, row % 8 * 4 + k / 4).a[row / 8], k % 4) *
                       byte_of(lane<MmaS8Lane>(lanes, column * 4 + k / 4).b, k % 4);
            lane<MmaS8Lane>(lanes, i).d[e] = sum;
        }
}

uint32_t mxf4_step(const uint32_t (&a)[8], uint32_t a_scales, const uint32_t (&b)[8],
                   uint32_t b_scales, uint32_t c) {
    int32_t dots[4] = {};
    uint32_t left[4] = {}, right[4] = {};
    bool nan = (c & 0x7FFFFFFF) > 0x7F800000;
    for (int k = 0; k < 64; ++k) {
        const int x = e2m1_half_units(a[k / 8] >> 4 * (k % 8) & 0xF),
                  y = e2m1_half_units(b[k / 8] >> 4 * (k % 8) & 0xF);
        dots[k / 16] += x * y;
        left[k / 16] |= (x != 0 ? 0x10000u : 0u) << k % 16;
        right[k / 16] |= (y != 0 ? 0x10000u : 0u) << k % 16;
    }
    for (int block = 0; block < 4; ++block) {
        const uint32_t x = a_scales >> 8 * block & 0xFF, y = b_scales >> 8 * block & 0xFF;
        nan = nan || scale_is_nan(ScaleType::ue4m3, x) || scale_is_nan(ScaleType::ue4m3, y);
        left[block] |= FusedSum::left_word(ScaleType::ue4m3, x);
        right[block] |= FusedSum::right_word(ScaleType::ue4m3, y);
    }
    return nan ? 0x7FFFFFFF : FusedSum::step(c, dots, left, right, fused_rule_of(nv_blackwell));
}

void mma_mxf4nvf4_together(std::span<void* const> lanes) {
    using Lane = MmaMxf4Lane;
    for (int i = 0; i < 32; ++i)
        for (int e = 0; e < 4; ++e) {
            const int row = i / 4 + 8 * (e / 2), column = 2 * (i % 4) + e % 2;
            uint32_t a[8], b[8];
            for (int word = 0; word < 8; ++word) {
                a[word] = lane<Lane>(lanes, row % 8 * 4 + word % 4).a[row / 8 + 2 * (word / 4)];
                b[word] = lane<Lane>(lanes, column * 4 + word % 4).b[word / 4];
            }
            Lane& own = lane<Lane>(lanes, i); // only this lane reads its c
            own.c[e] =
                float_of((*own.step)(a, lane<Lane>(lanes, row % 8 * 4 + row / 8).a_scales, b,
                                     lane<Lane>(lanes, column * 4).b_scales, word_of(own.c[e])));
        }
}

void shuffle_xor_together(std::span<void* const> lanes) {
    for (int i = 0; i < 32; ++i)
        lane<ShuffleLane>(lanes, i).out =
            lane<ShuffleLane>(lanes, i ^ lane<ShuffleLane>(lanes, i).mask).in;
}

} // namespace fp4::kernels
