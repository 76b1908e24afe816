// The formats that models are quantized to, by their names in command lines and tables; golden's
// tables and nothing else are needed to know them.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

#include "fp4/encode/encoder.hpp"

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

// RaZeR has a format for either side, M2XFP's weights meet activations of the same block, every
// other format that encoders make serves both.
inline constexpr auto quantized_formats = [] {
    constexpr std::array pairs{QuantizedFormat{"razer", Format::razer_w, Format::razer_a},
                               QuantizedFormat{"m2xfp-w", Format::m2xfp_w, Format::mxfp4}};
    constexpr auto serves_both = [pairs](const FormatSpec& spec) {
        return spec.encode_max >= 0 && std::ranges::none_of(pairs, [&](const auto& pair) {
                   return &spec == &spec_of(pair.weights) ||
                          (&spec == &spec_of(pair.activations) && spec.has_specials());
               });
    };
    std::array<QuantizedFormat, pairs.size() + std::ranges::count_if(format_specs, serves_both)>
        formats{};
    std::ranges::copy(pairs, formats.begin());
    size_t n = pairs.size();
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (serves_both(format_specs[i]))
            formats[n++] = {format_specs[i].name, static_cast<Format>(i), static_cast<Format>(i)};
    return formats;
}();

// What a model is quantized to whose weights have that format, one that encoders make.
constexpr std::string_view name_of_weights(Format weights) {
    return std::ranges::find(quantized_formats, weights, &QuantizedFormat::weights)->name;
}

constexpr Encoder sweep_encoder(Format format) {
    return spec_of(format).tensor_scaled ? Encoder::sweep : Encoder::sweep_unscaled;
}

} // namespace fp4::quant
