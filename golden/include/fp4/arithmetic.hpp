// Accumulation profiles as data: how a row of A meets a row of B, from decoded blocks to one
// binary32 D.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/float_spec.hpp"

namespace fp4 {

enum class Accumulation : uint8_t {
    exact,       // one exact sum over all of K and C, one rounding
    sequential,  // block by block in ascending k, one rounding each
    fused_steps, // chained steps; each aligns its terms and C to the largest exponent, cuts, adds,
                 // rounds
};

struct Arithmetic {
    std::string_view name;
    std::string_view summary;
    Accumulation accumulation;
    Rounding rounding;
    int step_terms;    // terms of 16 products per fused step
    int fraction_bits; // bits kept below the largest exponent of a step (F)
    bool in_rtl; // rtl/ implements it; the index in arithmetic_profiles is then the RTL's parameter
                 // Profile
};

inline constexpr std::array<Arithmetic, 3> arithmetic_profiles{{
    {"exact", "one exact sum, rounded once to nearest even", Accumulation::exact,
     Rounding::nearest_even, 0, 0, true},
    {"nv-blackwell", "fused steps of 64 products, 35 bits kept, cut toward zero",
     Accumulation::fused_steps, Rounding::toward_zero, 4, 35, true},
    {"fp32-seq", "a binary32 accumulator, one rounding to nearest even per block",
     Accumulation::sequential, Rounding::nearest_even, 0, 0, false},
}};

inline constexpr const Arithmetic& exact = arithmetic_profiles[0];
inline constexpr const Arithmetic& nv_blackwell = arithmetic_profiles[1];
inline constexpr const Arithmetic& fp32_seq = arithmetic_profiles[2];

constexpr const Arithmetic* arithmetic_from_name(std::string_view name) {
    for (const auto& profile : arithmetic_profiles)
        if (profile.name == name) return &profile;
    return nullptr;
}

} // namespace fp4
