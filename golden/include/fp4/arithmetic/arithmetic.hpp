// Accumulation profiles as data: how a row of A meets a row of B, from decoded blocks to one
// binary32 D.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/formats/float_spec.hpp"
#include "fp4/result.hpp"

namespace fp4 {

enum class Accumulation : uint8_t {
    exact,       // one exact sum over all of K and C, one rounding
    sequential,  // block by block in ascending k, one rounding each
    fused_steps, // chained steps; each aligns its terms and C to the largest exponent, cuts, adds,
                 // rounds
};

// What is left out of the alignment of a fused step: it has the exponent FusedSteps::zero_exponent,
// as a zero C has in any case.
enum class ZeroRule : uint8_t {
    zero_scales,   // no term: its exponent is that of its scales, -126 for a zero scale, whatever
                   // the products are
    zero_products, // terms of sixteen products that are all zero, or under a zero scale
    zero_sums,     // terms that are zero, also where products cancel
};

// The steps of Accumulation::fused_steps. A term is sixteen products under one pair of scales, its
// exponent that of the scales.
struct FusedSteps {
    int terms = 0;         // per step: 1, 2, 4 or 8
    int fraction_bits = 0; // bits kept below the largest exponent of a step (F), 1 .. 60
    ZeroRule zero_rule = ZeroRule::zero_products;
    int zero_exponent = 0;   // -300 .. -126
    int group_terms = 1;     // terms that are added exactly, at their largest exponent, before
                             // alignment; divides `terms`
    bool normalized = false; // a group has the exponent of its leading bit instead
};

struct Arithmetic {
    std::string_view name;
    std::string_view summary;
    Accumulation accumulation;
    Rounding rounding;
    bool in_rtl; // rtl/ implements it; the index in arithmetic_profiles is then the RTL's parameter
                 // Profile
    FusedSteps steps{};
};

inline constexpr std::array<Arithmetic, 6> arithmetic_profiles{{
    {"exact", "one exact sum, rounded once to nearest even", Accumulation::exact,
     Rounding::nearest_even, true},
    {"nv-blackwell",
     "fused steps of 64 products, 35 bits kept, cut toward zero; zeros left out",
     Accumulation::fused_steps,
     Rounding::toward_zero,
     true,
     {4, 35, ZeroRule::zero_products, -139}},
    {"fp32-seq", "a binary32 accumulator, one rounding to nearest even per block",
     Accumulation::sequential, Rounding::nearest_even, true},
    {"nv-blackwell-1",
     "nv-blackwell where zeros take part: their scales alone align",
     Accumulation::fused_steps,
     Rounding::toward_zero,
     true,
     {4, 35, ZeroRule::zero_scales, -126}},
    {"f13",
     "nv-blackwell with the 13 bits that FP8 tensor cores of Hopper keep",
     Accumulation::fused_steps,
     Rounding::toward_zero,
     false,
     {4, 13, ZeroRule::zero_products, -139}},
    {"f25",
     "nv-blackwell with the 25 bits that tensor cores of Hopper and later keep for FP16",
     Accumulation::fused_steps,
     Rounding::toward_zero,
     false,
     {4, 25, ZeroRule::zero_products, -139}},
}};

inline constexpr const Arithmetic& exact = arithmetic_profiles[0];
inline constexpr const Arithmetic& nv_blackwell = arithmetic_profiles[1];
inline constexpr const Arithmetic& fp32_seq = arithmetic_profiles[2];
inline constexpr const Arithmetic& nv_blackwell_1 = arithmetic_profiles[3];
inline constexpr const Arithmetic& f13 = arithmetic_profiles[4];

constexpr const Arithmetic* arithmetic_from_name(std::string_view name) {
    for (const auto& profile : arithmetic_profiles)
        if (profile.name == name) return &profile;
    return nullptr;
}

inline constexpr int max_step_terms = 8;
inline constexpr int max_step_fraction_bits = 60;
inline constexpr int min_zero_exponent = -300, max_zero_exponent = -126;

// Whether the steps are within the ranges above; always where the profile has none.
constexpr bool is_sound(const Arithmetic& arithmetic) {
    const FusedSteps& s = arithmetic.steps;
    const auto power_of_two_up_to = [](int n, int limit) {
        return n >= 1 && n <= limit && (n & (n - 1)) == 0;
    };
    return arithmetic.accumulation != Accumulation::fused_steps ||
           (power_of_two_up_to(s.terms, max_step_terms) &&
            power_of_two_up_to(s.group_terms, s.terms) && s.fraction_bits >= 1 &&
            s.fraction_bits <= max_step_fraction_bits && s.zero_exponent >= min_zero_exponent &&
            s.zero_exponent <= max_zero_exponent);
}
static_assert([] {
    for (const Arithmetic& profile : arithmetic_profiles)
        if (!is_sound(profile)) return false;
    return true;
}());

// is_sound as an error: which field, what it may be, what was found.
Status check_arithmetic(const Arithmetic& arithmetic);

} // namespace fp4
