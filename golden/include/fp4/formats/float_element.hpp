// The floating-point elements of GPU tensor cores: one row each, and the decoder of all of them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/formats/float_spec.hpp"

namespace fp4 {

enum class ElementFormat : uint8_t { fp16, bf16, tf32, e4m3, e5m2 };

struct ElementSpec {
    std::string_view name;
    FloatSpec layout;
    bool infinities; // false: the largest code alone is NaN and all others are finite (e4m3, the
                     // "FN" type)

    constexpr int bits() const { return layout.sign_position() + 1; }
};

inline constexpr std::array<ElementSpec, 5> element_specs{{
    {"fp16", fp16_spec, true},
    {"bf16", bf16_spec, true},
    {"tf32", {8, 10, 127}, true}, // 19 bits
    {"e4m3", {4, 3, 7}, false},
    {"e5m2", {5, 2, 15}, true},
}};

constexpr const ElementSpec& spec_of(ElementFormat format) {
    return element_specs[static_cast<size_t>(format)];
}

constexpr std::optional<ElementFormat> element_format_from_name(std::string_view name) {
    for (size_t i = 0; i < element_specs.size(); ++i)
        if (element_specs[i].name == name) return static_cast<ElementFormat>(i);
    return std::nullopt;
}

enum class FloatClass : uint8_t { zero, finite, infinite, nan };

// zero and finite: value = (-1)^negative * significand * 2^(exponent - fraction_bits). Subnormals
// have no hidden bit, zeros significand 0; both have the exponent of the smallest normal. infinite
// and nan: significand and exponent are 0.
struct DecodedFloat {
    FloatClass kind;
    bool negative;
    uint32_t significand;
    int exponent;
    int fraction_bits;

    friend constexpr bool operator==(const DecodedFloat&, const DecodedFloat&) = default;
};

// Every code below 2^(sign_position + 1) is defined; higher bits are ignored.
constexpr DecodedFloat decode_float(const FloatSpec& layout, bool infinities, uint32_t code) {
    const bool negative = code >> layout.sign_position() & 1;
    const uint32_t magnitude = code & ((1u << layout.sign_position()) - 1);
    const auto infinity = static_cast<uint32_t>(layout.infinity_code());
    if (infinities ? magnitude > infinity : magnitude == (1u << layout.sign_position()) - 1)
        return {FloatClass::nan, negative, 0, 0, layout.fraction_bits};
    if (infinities && magnitude == infinity)
        return {FloatClass::infinite, negative, 0, 0, layout.fraction_bits};
    const int field = static_cast<int>(magnitude >> layout.fraction_bits);
    const uint32_t hidden = 1u << layout.fraction_bits, fraction = magnitude & (hidden - 1);
    return {magnitude ? FloatClass::finite : FloatClass::zero, negative,
            fraction | (field ? hidden : 0), (field ? field : 1) - layout.bias,
            layout.fraction_bits};
}

constexpr DecodedFloat decode_element(ElementFormat format, uint32_t code) {
    return decode_float(spec_of(format).layout, spec_of(format).infinities, code);
}

} // namespace fp4
