// Kernels that this machine would not choose: exact sums of VNNI without IFMA, against the portable
// kernel on the largest words.
#include <gtest/gtest.h>

#include <array>

#include "gemm/gemm_kernels.hpp"
#include "operands.hpp"

namespace fp4::fast {
namespace {

TEST(GemmKernels, ExactNarrowIsTheSameWithAndWithoutIfma) {
    const auto isas = supported_isas();
    if (isas.back() != Isa::avx512_vnni) GTEST_SKIP() << "no AVX-512 VNNI";
    test::Rng rng(60);
    constexpr uint64_t blocks = 40;
    for (int round = 0; round < 50; ++round) {
        std::array<int8_t, tile_rows * blocks * 16> a;
        std::array<RowScale, tile_rows * blocks> a_scales;
        std::array<uint8_t, blocks * 4 * line_bytes> b;
        std::array<int32_t, blocks * panel_columns> b_scales;
        std::array<int64_t, panel_columns> scale_sums{};
        const bool largest = round % 2;
        const int sign = round % 4 < 2 ? 1 : -1;
        for (int8_t& x : a) x = static_cast<int8_t>(largest ? sign * 120 : rng.between(-120, 120));
        for (uint8_t& x : b)
            x = static_cast<uint8_t>(largest ? 34 : rng.below(35)); // 17 + bias of 17
        for (size_t i = 0; i < a_scales.size(); ++i) {
            int sum = 0;
            for (size_t k = 0; k < 16; ++k) sum += a[i * 16 + k];
            a_scales[i] = {-17 * sum, largest ? 28672 : rng.below(28673)};
        }
        for (size_t i = 0; i < b_scales.size(); ++i) {
            b_scales[i] = largest ? 229376 : rng.below(229377);
            scale_sums[i % panel_columns] += b_scales[i];
        }
        for (int rows = 1; rows <= tile_rows; ++rows) {
            const Tile tile{a.data(), blocks * 16,     a_scales.data(), blocks,
                            b.data(), b_scales.data(), blocks};
            std::array<int64_t, tile_rows * panel_columns> expected{};
            portable_kernels().exact_narrow(tile, rows, expected.data());
            for (const Kernels* kernels : {&avx512_kernels(true), &avx512_kernels(false)}) {
                if (kernels == &avx512_kernels(true) && !__builtin_cpu_supports("avx512ifma"))
                    continue;
                std::array<int64_t, tile_rows * panel_columns> sums{};
                for (size_t i = 0; i < static_cast<size_t>(rows) * panel_columns; ++i)
                    sums[i] = static_cast<int64_t>(
                        0 - static_cast<uint64_t>(kernels->narrow_bias) *
                                static_cast<uint64_t>(scale_sums[i % panel_columns]));
                kernels->exact_narrow(tile, rows, sums.data());
                ASSERT_EQ(sums, expected) << rows << " rows, round " << round;
            }
        }
    }
}

} // namespace
} // namespace fp4::fast
