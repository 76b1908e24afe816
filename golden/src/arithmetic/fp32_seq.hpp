// Profile `fp32-seq`: a binary32 accumulator takes one block after the other, each by a fused
// multiply-add.
#pragma once
#include "fp4/arithmetic/block_term.hpp"
#include "fp4/formats/float_spec.hpp"

namespace fp4 {

// RNE(accumulator + term), one rounding. NaN where either is; an infinite accumulator stays; zero
// is +0; 2^128 and more is infinite.
Fp32 add_block_term(Fp32 accumulator, const BlockTerm& term);

} // namespace fp4
