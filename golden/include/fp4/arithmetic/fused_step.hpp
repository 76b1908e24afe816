// Profiles that chain fused steps (nv-blackwell): terms and C are aligned to the step's largest
// exponent, cut, added, rounded.
#pragma once
#include <span>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/block_term.hpp"

namespace fp4 {

// Terms of one group are added without loss: their exponents may differ by this much.
inline constexpr int max_group_span = 38;

// Whether the groups of a profile hold all terms of two formats.
bool groups_fit(const Arithmetic& arithmetic, Format a, Format b);

// D of one step from its block terms (at most steps.terms; what is missing is zero products under
// the smallest scales) and C. NaN where C or a scale is; an infinite C passes through; zero is +0;
// magnitudes of 2^128 and more are infinite. The profile is sound, and its groups fit.
Fp32 fused_step(const Arithmetic& arithmetic, std::span<const BlockTerm> terms, Fp32 c);

} // namespace fp4
