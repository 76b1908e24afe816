// From a row of golden's profiles to what the fused kernel takes.
#pragma once
#include "arithmetic/fused_rule.hpp"
#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::kernels {

// Whether the fused kernel computes the steps of a profile, bit for bit: its 64-bit sums hold what
// is aligned, its terms are single, it cuts.
constexpr bool has_fused_rule(const Arithmetic& arithmetic) {
    const FusedSteps& steps = arithmetic.steps;
    return arithmetic.accumulation == Accumulation::fused_steps && is_sound(arithmetic) &&
           steps.terms == 4 && steps.group_terms == 1 && !steps.normalized &&
           steps.fraction_bits <= 35 && arithmetic.rounding == Rounding::toward_zero &&
           (steps.zero_rule == ZeroRule::zero_products ||
            (steps.zero_rule == ZeroRule::zero_scales &&
             steps.zero_exponent == zero_scale_exponent));
}

constexpr FusedRule fused_rule_of(const Arithmetic& arithmetic) {
    const FusedSteps& steps = arithmetic.steps;
    return {steps.fraction_bits, steps.zero_exponent, steps.zero_rule == ZeroRule::zero_products};
}

} // namespace fp4::kernels
