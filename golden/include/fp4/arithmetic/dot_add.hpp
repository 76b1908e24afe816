// One output element of a GPU's tensor core: D = C + sum of a[i] * b[i] in the steps, cuts and
// roundings of a DotProfile.
#pragma once
#include <cstdint>
#include <span>

#include "fp4/arithmetic/dot_profile.hpp"
#include "fp4/result.hpp"

namespace fp4 {

struct DotOperands {
    std::span<const uint32_t> a, b; // element codes, k = 0 first; a length that the profile accepts
    std::span<const uint8_t> a_scales,
        b_scales; // E8M0 bytes, one per 32 elements; empty unless the profile is block_scaled
};

// The bits of D: binary32, or binary16 for f16 output, which takes C as RNE_f16(c). NaN
// (0x7FFFFFFF, 0x7FFF) where an input is NaN, infinity meets 0, or infinities of both signs meet;
// otherwise infinity where an input is infinite or the result overflows. Zero is +0. Errors:
// lengths that the profile does not accept or that disagree, a code wider than its format.
Result<uint32_t> dot_add(const DotProfile& profile, const DotOperands& operands, Fp32 c);

// The same for a C that is binary16 already. Error: the profile's output is not f16.
Result<uint32_t> dot_add(const DotProfile& profile, const DotOperands& operands, Fp16 c);

} // namespace fp4
