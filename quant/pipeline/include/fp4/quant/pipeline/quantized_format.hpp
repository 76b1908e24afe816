// The formats that models are quantized to, by their names in command lines and tables; golden's
// tables and nothing else are needed to know them.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

#include "fp4/encoder.hpp"

namespace fp4::quant {

// What a model is quantized to: its weights and its activations.
struct QuantizedFormat {
    std::string_view name;
    Format weights;
    Format activations;

    // The method of the published encoder; that of the common search is sweep_method.
    constexpr std::string_view published_method() const {
        return spec_of(weights).has_specials() ? "razer" : "rtn";
    }
};

inline constexpr std::string_view sweep_method = "sweep";

// RaZeR has a format for either side, every other format that encoders make serves both.
inline constexpr auto quantized_formats = [] {
    constexpr auto serves_both = [](const FormatSpec& spec) {
        return spec.encode_max >= 0 && !spec.has_specials();
    };
    std::array<QuantizedFormat, 1 + std::ranges::count_if(format_specs, serves_both)> formats{
        {{"razer", Format::razer_w, Format::razer_a}}};
    size_t n = 1;
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (serves_both(format_specs[i]))
            formats[n++] = {format_specs[i].name, static_cast<Format>(i), static_cast<Format>(i)};
    return formats;
}();

constexpr Encoder sweep_encoder(Format format) {
    return spec_of(format).tensor_scaled ? Encoder::sweep : Encoder::sweep_unscaled;
}

} // namespace fp4::quant
