// The block formats: one row each. C++ decoding, the SystemVerilog package and the documentation
// tables are all derived from these rows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/e2m1.hpp"
#include "fp4/scale.hpp"

namespace fp4 {

enum class Format : uint8_t {
    nvfp4,
    razer_w,
    razer_a,
    mxfp4,
    razer_cuda,
    rzr4
}; // of those in the RTL, the value is the code on its format ports

struct FormatSpec {
    std::string_view name;
    int block;       // elements that share one scale byte, a multiple of dot_lanes
    ScaleType scale; // in the low bits of the scale byte
    int sentinel;    // the element code that stands for the block's special value; -1: none
    int sign_bit;    // bit of the scale byte that makes the special negative; -1: none
    int select_bit;  // bit of the scale byte that selects V2 instead of V1; -1: there is only V1
    int encode_max;  // largest scale payload that encoders produce; -1: the format is only decoded
    bool in_rtl;     // rtl/ decodes it

    constexpr bool has_specials() const { return sentinel >= 0; }
    constexpr const ScaleSpec& scale_spec() const { return spec_of(scale); }
};

inline constexpr std::array<FormatSpec, 6> format_specs{{
    {"nvfp4", 16, ScaleType::ue4m3, -1, -1, -1, 0x7E, true},
    {"razer-w", 16, ScaleType::e3m3, e2m1_negative_zero, 7, 6, 0x3E, true},
    {"razer-a", 16, ScaleType::ue4m3, e2m1_negative_zero, 7, -1, 0x7E, true},
    {"mxfp4", 32, ScaleType::e8m0, -1, -1, -1, 0xFE, false},
    {"razer-cuda", 16, ScaleType::e3m3, 0, 7, 6, -1,
     false}, // razer-w as the public CUDA-core kernels read it
    {"rzr4", 16, ScaleType::ue4m3, 0, 7, -1, -1, false}, // razer-a as Vortex's tensor unit reads it
}};

constexpr const FormatSpec& spec_of(Format format) {
    return format_specs[static_cast<size_t>(format)];
}

constexpr std::optional<Format> format_from_name(std::string_view name) {
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (format_specs[i].name == name) return static_cast<Format>(i);
    return std::nullopt;
}

// Elements of one integer dot product, the granule of decoding and accumulation. A block is one or
// two of them.
inline constexpr int dot_lanes = 16;
static_assert([] {
    for (const auto& spec : format_specs)
        if (spec.block % dot_lanes != 0 || spec.scale_spec().fraction_bits > scale_fraction_bits)
            return false;
    return true;
}());

// Magnitudes of a tensor's special values in half-units, 5 bits each. Formats without specials
// ignore them; razer-a has V1 only.
struct Specials {
    uint8_t v1_halves = 10;
    uint8_t v2_halves = 16;

    friend constexpr bool operator==(const Specials&, const Specials&) = default;
};

inline constexpr int special_max_halves = 31;

// How the codes and scale bytes of one operand are read.
struct OperandFormat {
    Format format = Format::nvfp4;
    Specials specials{};

    // Specials count where the format has them.
    friend constexpr bool operator==(const OperandFormat& a, const OperandFormat& b) {
        return a.format == b.format &&
               (!spec_of(a.format).has_specials() || a.specials == b.specials);
    }
};

} // namespace fp4
