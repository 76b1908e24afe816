#include "fp32_seq.hpp"

#include "fp4/arithmetic/exact_sum.hpp"

namespace fp4 {

Fp32 add_block_term(Fp32 accumulator, const BlockTerm& term) {
    WideExactSum sum;
    sum.add(term);
    return sum.finish(accumulator);
}

} // namespace fp4
