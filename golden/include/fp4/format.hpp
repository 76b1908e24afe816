// The block formats: one row each. C++ decoding, the SystemVerilog package and the documentation
// tables are all derived from these rows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/code_book.hpp"
#include "fp4/scale.hpp"

namespace fp4 {

enum class Format : uint8_t {
    nvfp4,
    razer_w,
    razer_a,
    mxfp4,
    razer_cuda,
    rzr4,
    nvfp4_ue5m3,
    mixfp4,
    nvint4,
    razer_mix
}; // of those in the RTL, the value is the code on its format ports

// Selectors are bits of the scale byte above the payload of its scale type.
struct FormatSpec {
    std::string_view name;
    int block = 16;  // elements that share one scale byte, a multiple of dot_lanes
    ScaleType scale; // in the low bits of the scale byte
    CodeBookType code_book = CodeBookType::e2m1;
    CodeBookType other_code_book = CodeBookType::e2m1; // of blocks whose code_book_bit is set
    int code_book_bit = -1; // bit of the scale byte; -1: every block has code_book
    int sentinel = -1;      // the element code that stands for the block's special value; -1: none
    int sign_bit = -1;      // bit of the scale byte that makes the special negative; -1: none
    int select_bit =
        -1; // bit of the scale byte that selects V2 instead of V1; -1: there is only V1
    int encode_max = -1;       // largest scale payload that encoders produce; -1: only decoded
    bool in_rtl = false;       // rtl/ decodes it
    bool tensor_scaled = true; // encoders choose a tensor scale; else it is 1

    constexpr bool has_specials() const { return sentinel >= 0; }
    constexpr bool has_second_special() const { return select_bit >= 0; }
    constexpr bool has_code_book_bit() const { return code_book_bit >= 0; }
    constexpr const ScaleSpec& scale_spec() const { return spec_of(scale); }
    constexpr bool exponent_only_scales() const { return scale_spec().exponent_only(); }
    // Zeros have signs, those that rounding makes of small values among them; formats with specials
    // have +0 alone.
    constexpr bool has_signed_zeros() const { return !has_specials(); }
    // What two scale bytes have in common when their elements are read alike, 0..3.
    constexpr int selector(uint8_t scale_byte) const {
        return scale_byte >> scale_spec().payload_bits();
    }
    // A byte with this selector and payload 0; below `selectors()`.
    constexpr uint8_t byte_of_selector(int selector) const {
        return static_cast<uint8_t>(selector << scale_spec().payload_bits());
    }
    constexpr int selectors() const { return 256 >> scale_spec().payload_bits(); }
    constexpr CodeBookType code_book_type(uint8_t scale_byte) const {
        return has_code_book_bit() && (scale_byte >> code_book_bit & 1) ? other_code_book
                                                                        : code_book;
    }
    // The option e3m3_max of encoders takes the place of encode_max.
    constexpr bool has_e3m3_max() const { return scale == ScaleType::e3m3; }
    // Magnitude that encoders scale the largest block of a tensor to: that of code 7.
    constexpr float largest_element() const { return spec_of(code_book).largest(); }
};

inline constexpr std::array<FormatSpec, 10> format_specs{{
    {.name = "nvfp4", .scale = ScaleType::ue4m3, .encode_max = 0x7E, .in_rtl = true},
    {.name = "razer-w",
     .scale = ScaleType::e3m3,
     .sentinel = e2m1_negative_zero,
     .sign_bit = 7,
     .select_bit = 6,
     .encode_max = 0x3E,
     .in_rtl = true},
    {.name = "razer-a",
     .scale = ScaleType::ue4m3,
     .sentinel = e2m1_negative_zero,
     .sign_bit = 7,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "mxfp4",
     .block = 32,
     .scale = ScaleType::e8m0,
     .encode_max = 0xFE,
     .tensor_scaled = false},
    // razer-w as the public CUDA-core kernels read it
    {.name = "razer-cuda", .scale = ScaleType::e3m3, .sentinel = 0, .sign_bit = 7, .select_bit = 6},
    // razer-a as Vortex's tensor unit reads it
    {.name = "rzr4", .scale = ScaleType::ue4m3, .sentinel = 0, .sign_bit = 7},
    {.name = "nvfp4-ue5m3", .scale = ScaleType::ue5m3, .encode_max = 0xFE, .tensor_scaled = false},
    {.name = "mixfp4",
     .scale = ScaleType::ue4m3,
     .other_code_book = CodeBookType::e1m2,
     .code_book_bit = 7,
     .encode_max = 0x7E},
    {.name = "nvint4",
     .scale = ScaleType::ue4m3,
     .code_book = CodeBookType::int4,
     .encode_max = 0x7E},
    {.name = "razer-mix",
     .scale = ScaleType::ue4m3,
     .code_book = CodeBookType::e2m1_5,
     .other_code_book = CodeBookType::int4,
     .code_book_bit = 7,
     .encode_max = 0x7E},
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
    for (const auto& spec : format_specs) {
        if (spec.block % dot_lanes != 0 || spec.scale_spec().fraction_bits > scale_fraction_bits)
            return false;
        for (const int bit : std::array{spec.code_book_bit, spec.sign_bit, spec.select_bit})
            if (bit >= 0 && bit < spec.scale_spec().payload_bits()) return false;
    }
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
