// Every binary32 pattern; a sign per test, so that two can run side by side.
#include <gtest/gtest.h>

#include "cuda_headers.hpp"

namespace fp4 {
namespace {

TEST(CudaHeadersExhaustive, E2m1OfEveryPatternWithoutASign) {
    EXPECT_EQ(test::first_difference<test::ToE2m1>(0, 0x7FFFFFFF), std::nullopt);
}
TEST(CudaHeadersExhaustive, E2m1OfEveryPatternWithASign) {
    EXPECT_EQ(test::first_difference<test::ToE2m1>(0x80000000, 0xFFFFFFFF), std::nullopt);
}
TEST(CudaHeadersExhaustive, Ue4m3OfEveryPatternUpToInfinity) {
    EXPECT_EQ(test::first_difference<test::ToUe4m3>(0, 0x7F800000), std::nullopt);
}

} // namespace
} // namespace fp4
