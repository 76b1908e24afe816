// Accumulation profiles as data: how a row of A meets a row of B, from decoded blocks to one binary32 D.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/float_spec.hpp"

namespace fp4 {

enum class Accumulation : uint8_t {
    exact,       // one exact sum over all of K and C, one rounding
    fused_steps, // chained steps; each aligns its block terms and C to the largest exponent, cuts, adds, rounds
};

struct Arithmetic {
    std::string_view name;
    Accumulation accumulation;
    Rounding rounding;
    int step_blocks;   // blocks of 16 per fused step
    int fraction_bits; // bits kept below the largest exponent of a step (F)
};

inline constexpr std::array<Arithmetic, 2> arithmetic_profiles{{
    {"exact", Accumulation::exact, Rounding::nearest_even, 0, 0},
    {"nv-blackwell", Accumulation::fused_steps, Rounding::toward_zero, 4, 35},
}};

inline constexpr const Arithmetic& exact = arithmetic_profiles[0];
inline constexpr const Arithmetic& nv_blackwell = arithmetic_profiles[1];

constexpr const Arithmetic* arithmetic_from_name(std::string_view name) {
    for (const auto& profile : arithmetic_profiles)
        if (profile.name == name) return &profile;
    return nullptr;
}

} // namespace fp4
