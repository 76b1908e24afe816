#include "candidates.hpp"

#include <array>

#include "fp4/formats/format.hpp"

namespace fp4::probe {
namespace {

struct NamedRule {
    ZeroRule rule;
    int zero_exponent; // below every exponent of NVFP4 terms, so that its value cannot be seen
    std::string_view text;
};
constexpr std::array<NamedRule, 3> zero_rules{{
    {ZeroRule::zero_scales, -126, "zero terms align by their scales"},
    {ZeroRule::zero_products, -139, "terms of zero products left out"},
    {ZeroRule::zero_sums, -139, "terms that are zero left out"},
}};

bool same_steps(const Arithmetic& x, const Arithmetic& y) {
    const FusedSteps &a = x.steps, &b = y.steps;
    return x.rounding == y.rounding && a.terms == b.terms && a.fraction_bits == b.fraction_bits &&
           a.zero_rule == b.zero_rule && a.zero_exponent == b.zero_exponent &&
           a.group_terms == b.group_terms && a.normalized == b.normalized;
}

std::string_view profile_of(const Arithmetic& candidate) {
    for (const Arithmetic& profile : arithmetic_profiles)
        if (profile.accumulation == Accumulation::fused_steps && same_steps(profile, candidate))
            return profile.name;
    return {};
}

} // namespace

std::vector<Candidate> all_candidates() {
    std::vector<Candidate> out;
    for (const NamedRule& zeros : zero_rules)
        for (int bits = 30; bits <= 40; ++bits)
            for (int group : {1, 2, 4})
                for (const Rounding rounding : {Rounding::toward_zero, Rounding::nearest_even})
                    for (const bool normalized : {false, true}) {
                        Arithmetic candidate{
                            {},
                            {},
                            Accumulation::fused_steps,
                            rounding,
                            false,
                            {4, bits, zeros.rule, zeros.zero_exponent, group, normalized}};
                        candidate.name = profile_of(candidate);
                        out.push_back(
                            {candidate, std::string(zeros.text) + ", F = " + std::to_string(bits) +
                                            ", groups of " + std::to_string(group * dot_lanes) +
                                            ", " +
                                            (rounding == Rounding::toward_zero ? "toward zero"
                                                                               : "to nearest") +
                                            ", exponents " +
                                            (normalized ? "of the leading bit" : "of the scales")});
                    }
    return out;
}

} // namespace fp4::probe
