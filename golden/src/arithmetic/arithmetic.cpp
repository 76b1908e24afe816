#include "fp4/arithmetic/arithmetic.hpp"

#include <string>

namespace fp4 {

Status check_arithmetic(const Arithmetic& arithmetic) {
    if (is_sound(arithmetic)) return Done{};
    const FusedSteps& s = arithmetic.steps;
    return Error{ErrorCode::bad_argument,
                 "profile '" + std::string(arithmetic.name) +
                     "': expected 1, 2, 4 or 8 terms per step in groups that divide them, 1 to " +
                     std::to_string(max_step_fraction_bits) +
                     " fraction bits, a zero exponent of " + std::to_string(min_zero_exponent) +
                     " to " + std::to_string(max_zero_exponent) + ", found " +
                     std::to_string(s.terms) + " terms in groups of " +
                     std::to_string(s.group_terms) + ", " + std::to_string(s.fraction_bits) +
                     " bits, " + std::to_string(s.zero_exponent)};
}

} // namespace fp4
