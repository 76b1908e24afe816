// fp4.h in C and in C++ is one and the same binary interface.
#include <gtest/gtest.h>

#include <array>

#include "c_program.h"
#include "fp4.h"

namespace {

TEST(CHeader, SizesAreThoseOfTheAbi) {
    // Offsets are what other languages write down, so they are numbers here.
    const std::array<size_t, 6> sizes{256, 12, 32, 32, 12, 16};
    const std::array<size_t, 6> in_cpp{sizeof(fp4_error),        sizeof(fp4_operand),
                                       sizeof(fp4_config),       sizeof(fp4_encode_options),
                                       sizeof(fp4_gemm_options), sizeof(fp4_scale)};
    for (size_t i = 0; i < sizes.size(); ++i) {
        EXPECT_EQ(in_cpp[i], sizes[i]) << i;
        EXPECT_EQ(c_size(static_cast<int>(i)), sizes[i]) << i;
    }
    EXPECT_EQ(offsetof(fp4_error, message), 4u);
    EXPECT_EQ(offsetof(fp4_config, profile), 4u);
    EXPECT_EQ(offsetof(fp4_config, a), 8u);
    EXPECT_EQ(offsetof(fp4_config, b), 20u);
    EXPECT_EQ(offsetof(fp4_encode_options, operand), 8u);
}

TEST(CHeader, AProgramInCGetsTheSameBits) {
    EXPECT_EQ(c_dot_of_ones(), 0x41800000u); // 16
    std::array<float, 16> x;
    x.fill(6.0f); // amax / (6 * 448): codes 7 under scale 448
    uint32_t d_bits = 0;
    EXPECT_EQ(c_encode_and_multiply(x.data(), &d_bits), FP4_OK);
    EXPECT_EQ(d_bits, 0x4CDC8000u); // 16 * (6 * 448)^2
}

} // namespace
