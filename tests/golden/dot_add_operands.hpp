// Profiles and element codes for the tests of dot_add.
#pragma once
#include <gtest/gtest.h>

#include "fp4/arithmetic/dot_add.hpp"
#include "slow_dot_add.hpp"

namespace fp4::test {

// n * 2^exponent in a layout that has it.
inline uint32_t exact_code(const FloatSpec& layout, int64_t n, int exponent) {
    const auto magnitude = static_cast<uint64_t>(std::abs(n));
    const auto code = static_cast<uint32_t>(
        round_magnitude(layout, magnitude, exponent, false, Rounding::toward_zero));
    EXPECT_EQ(slow::value_of_code({layout.exponent_bits, layout.fraction_bits, layout.bias}, code),
              slow::scaled(magnitude, exponent))
        << n << " * 2^" << exponent;
    return code | (n < 0 ? 1u << layout.sign_position() : 0u);
}

// The same as an element.
inline uint32_t code_of(ElementFormat format, int n, int exponent) {
    return exact_code(spec_of(format).layout, n, exponent);
}

inline bool is_half(const DotProfile& profile) { return profile.output == DotOutput::f16; }

// Calls check(profile) for every profile.
template <class Check>
void for_every_profile(Check check) {
    for (const DotProfile& profile : dot_profiles) {
        SCOPED_TRACE(profile.name);
        check(profile);
        if (testing::Test::HasFatalFailure()) return;
    }
}

} // namespace fp4::test
