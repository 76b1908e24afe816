// Random, edge and adversarial operands for gemm_fast, and the comparison with gemm_reference on
// everything it can run on.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "fp4/formats/decode.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"

namespace fp4::test {

enum class Fill { random, largest, canceling, subnormal, zero_scales, wide_span };
inline constexpr Fill fills[] = {Fill::random,    Fill::largest,     Fill::canceling,
                                 Fill::subnormal, Fill::zero_scales, Fill::wide_span};

// The code of largest magnitude under a scale byte.
inline uint8_t largest_code(Format format, Specials specials, uint8_t scale_byte) {
    uint8_t largest = 0;
    const auto magnitude = [&](uint8_t code) {
        return std::abs(element_lane(format, specials, scale_byte, {code}));
    };
    for (uint8_t code = 1; code < 16; ++code)
        if (magnitude(code) > magnitude(largest)) largest = code;
    return largest;
}

// largest: the largest magnitude that the format has in every place, under the largest scale, signs
// of the specials at random; canceling: elements that alternate in sign, so that sums
// meet every carry; wide_span: only the smallest and the largest scales.
inline PackedTensor filled_tensor(Rng& rng, Fill fill, Format format, Specials specials,
                                  uint64_t rows, uint64_t k, int nan_in) {
    PackedTensor tensor = random_tensor(rng, format, specials, rows, k, nan_in);
    const FormatSpec& spec = spec_of(format);
    const int mask = spec.scale_spec().payload_mask(), top = spec.scale_spec().max_payload,
              low = spec.scale_spec().min_payload();
    const auto largest_halves = [&](uint8_t byte) {
        return std::abs(
            element_lane(format, specials, byte, {largest_code(format, specials, byte)}));
    };
    const auto block_bytes = static_cast<size_t>(spec.block / 2);
    for (size_t i = 0; i < tensor.codes.size() / block_bytes; ++i) {
        uint8_t& scale = tensor.scales[tensor.scale_bytes(i)];
        if (fill == Fill::largest)
            std::fill_n(&scale + 1, tensor.scale_bytes(1) - 1, uint8_t{0xFF});
        if (fill == Fill::random || (scale & mask) == spec.scale_spec().nan_payload) continue;
        int payload = top;
        if (fill == Fill::subnormal) payload = low + rng.below(7);
        if (fill == Fill::zero_scales) payload = rng.one_in(3) ? scale & mask : 0;
        if (fill == Fill::wide_span) payload = rng.one_in(2) ? top : low;
        scale = static_cast<uint8_t>((scale & ~mask) | payload);
        for (int bit : {spec.select_bit, spec.code_book_bit})
            if (const auto with = static_cast<uint8_t>(scale | (bit < 0 ? 0 : 1 << bit));
                fill == Fill::largest && largest_halves(with) > largest_halves(scale))
                scale = with;
    }
    for (size_t i = 0; i < tensor.codes.size(); ++i) {
        if (fill == Fill::largest)
            tensor.codes[i] = static_cast<uint8_t>(
                17 *
                largest_code(format, specials, tensor.scales[tensor.scale_bytes(i / block_bytes)]));
        if (fill == Fill::canceling) tensor.codes[i] = 0xF7;
    }
    return tensor;
}

enum class Start { empty, random, edges };

inline std::vector<Fp32> make_c(Rng& rng, Start start, size_t count) {
    if (start == Start::empty) return {};
    std::vector<Fp32> c(count);
    const auto edges = fp32_edges();
    for (Fp32& x : c)
        x.bits = start == Start::random
                     ? rng.fp32_bits(-20, 45)
                     : edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))];
    return c;
}

inline void expect_fast_equals_reference(const PackedTensor& a, const PackedTensor& b,
                                         const std::vector<Fp32>& c, const Arithmetic& arithmetic) {
    const auto reference = gemm_reference(a, b, c, arithmetic);
    ASSERT_TRUE(reference);
    // Without kernels for one of the formats the reference path runs.
    const bool kernels = WeightPanels::make(a, arithmetic) && WeightPanels::make(b, arithmetic);
    for (const Isa isa : supported_isas())
        for (const unsigned threads : {1u, 2u, 3u}) {
            FastRun run{};
            const auto fast = gemm_fast(a, b, c, arithmetic, {isa, threads, &run});
            ASSERT_TRUE(fast) << fast.error().message;
            ASSERT_EQ(run.isa, kernels ? isa : Isa::portable);
            ASSERT_EQ(fast->size(), reference->size());
            for (size_t i = 0; i < fast->size(); ++i)
                ASSERT_EQ((*fast)[i].bits, (*reference)[i].bits)
                    << name_of(isa) << ", " << threads << " threads, output " << i << ": "
                    << hex((*fast)[i].bits) << ", expected " << hex((*reference)[i].bits)
                    << " from C " << hex(c.empty() ? 0 : c[i].bits);
        }
}

// `rounds` draws of shape, specials, C and NaN scales for every profile, pair of formats with equal
// blocks, and pair of fills.
inline void compare_with_reference(uint64_t seed, int rounds) {
    Rng rng(seed);
    constexpr uint64_t ns[] = {1, 15, 16, 17, 33}, blocks[] = {1, 2, 3, 4, 5, 7, 8};
    for (int round = 0; round < rounds; ++round)
        for (const Arithmetic& arithmetic : arithmetic_profiles)
            for (const Format fa : all_formats)
                for (const Format fb : all_formats) {
                    if (!check_formats(fa, fb, arithmetic)) continue;
                    const auto pick = [&](const auto& list) {
                        return list[static_cast<size_t>(
                            rng.below(static_cast<int>(std::size(list))))];
                    };
                    const auto m = static_cast<uint64_t>(rng.between(1, 9)), n = pick(ns),
                               k = pick(blocks) * static_cast<uint64_t>(spec_of(fa).block);
                    const Specials sa{static_cast<uint8_t>(rng.below(32)),
                                      static_cast<uint8_t>(rng.below(32))},
                        sb = rng.one_in(2) ? Specials{31, 31} : pick(some_specials);
                    const Fill fill_a = pick(fills), fill_b = pick(fills);
                    const auto start = static_cast<Start>(rng.below(3));
                    const int nan_in = rng.one_in(4) ? 20 : 0;
                    SCOPED_TRACE(std::string(arithmetic.name) + " " +
                                 std::string(spec_of(fa).name) + " x " +
                                 std::string(spec_of(fb).name) + " " + std::to_string(m) + "x" +
                                 std::to_string(n) + "x" + std::to_string(k) + " round " +
                                 std::to_string(round));
                    const auto a = filled_tensor(rng, fill_a, fa,
                                                 rng.one_in(2) ? Specials{31, 31} : sa, m, k,
                                                 nan_in),
                               b = filled_tensor(rng, fill_b, fb, sb, n, k, nan_in);
                    expect_fast_equals_reference(a, b, make_c(rng, start, m * n), arithmetic);
                    if (testing::Test::HasFatalFailure()) return;
                }
}

} // namespace fp4::test
