// Profiles that chain fused steps (nv-blackwell): terms and C are aligned to the step's largest
// exponent, cut, added, rounded.
#pragma once
#include <span>

#include "fp4/arithmetic.hpp"
#include "fp4/block_term.hpp"

namespace fp4 {

// D of one step from its block terms (at most step_terms; missing ones are empty terms under the
// smallest scales) and C. NaN where C or a scale is; an infinite C passes through; zero is +0;
// magnitudes of 2^128 and more are infinite.
Fp32 fused_step(const Arithmetic& arithmetic, std::span<const BlockTerm> terms, Fp32 c);

} // namespace fp4
