// What a profile of fused steps leaves open, as a kernel reads it.
#pragma once
#include <cstdint>

namespace fp4::kernels {

// Steps of four terms, each aligned by itself and cut toward zero.
struct FusedRule {
    int32_t fraction_bits; // kept below the largest exponent
    int32_t zero_exponent; // of a zero C, and of terms that are left out
    bool zeros_left_out;   // terms of zero products, or under a zero scale
};

} // namespace fp4::kernels
