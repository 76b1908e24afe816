#include "fp4/arithmetic/fused_step.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <optional>

#include "fp4/arithmetic/aligned_sum.hpp"

namespace fp4 {
namespace {

// The exponent that a term brings to its group; none where it takes no part.
std::optional<int> exponent_of(const FusedSteps& steps, const BlockTerm& term) {
    switch (steps.zero_rule) {
    case ZeroRule::zero_scales: return term.exponent;
    case ZeroRule::zero_products:
        if (term.empty) return std::nullopt;
        return term.exponent;
    case ZeroRule::zero_sums: break;
    }
    if (term.significand == 0) return std::nullopt;
    return term.exponent;
}

AlignedTerm group_of(const FusedSteps& steps, std::span<const BlockTerm> terms) {
    int largest = std::numeric_limits<int>::min(), lsb_exponent = std::numeric_limits<int>::max();
    bool has_value = false;
    for (const BlockTerm& term : terms)
        if (const auto exponent = exponent_of(steps, term)) {
            largest = std::max(largest, *exponent);
            if (term.significand == 0) continue;
            lsb_exponent = std::min(lsb_exponent, term.lsb_exponent());
            has_value = true;
        }
    if (!has_value)
        return {0, largest == std::numeric_limits<int>::min() ? steps.zero_exponent : largest, 0};
    int64_t sum = 0;
    for (const BlockTerm& term : terms)
        if (term.significand != 0)
            sum += int64_t{term.significand} << (term.lsb_exponent() - lsb_exponent);
    const int exponent =
        steps.normalized && sum != 0
            ? lsb_exponent +
                  static_cast<int>(std::bit_width(static_cast<uint64_t>(std::abs(sum)))) - 1
            : largest;
    return {sum, exponent, exponent - lsb_exponent};
}

} // namespace

bool groups_fit(const Arithmetic& arithmetic, Format a, Format b) {
    if (arithmetic.steps.group_terms == 1) return true;
    if (spec_of(a).lane_units() != 2 || spec_of(b).lane_units() != 2) return false;
    const auto span = [](Format format) {
        const ScaleSpec& spec = spec_of(format).scale_spec();
        return spec.max_exponent() - (spec.step_exponent() + spec.fraction_bits);
    };
    return span(a) + span(b) <= max_group_span;
}

Fp32 fused_step(const Arithmetic& arithmetic, std::span<const BlockTerm> terms, Fp32 c) {
    if (c.is_nan() || std::ranges::any_of(terms, &BlockTerm::nan)) return fp32_nan;
    if (c.is_infinite()) return c;
    const FusedSteps& steps = arithmetic.steps;
    const auto c_significand = static_cast<int64_t>(c.significand());
    const AlignedTerm c_term{c.negative() ? -c_significand : c_significand,
                             c.is_zero() ? steps.zero_exponent : c.exponent(),
                             fp32_spec.fraction_bits};
    std::array<AlignedTerm, max_step_terms> groups{};
    size_t count = 0;
    const auto group_terms = static_cast<size_t>(steps.group_terms);
    for (size_t first = 0; first < terms.size(); first += group_terms)
        groups[count++] =
            group_of(steps, terms.subspan(first, std::min(group_terms, terms.size() - first)));
    // Terms that are missing would not raise the alignment: C's exponent is no lower than theirs.
    const AlignedSum sum = aligned_sum(std::span<const AlignedTerm>(groups).first(count),
                                       std::identity{}, c_term, steps.fraction_bits);
    return {sum.round(fp32_spec, arithmetic.rounding)};
}

} // namespace fp4
