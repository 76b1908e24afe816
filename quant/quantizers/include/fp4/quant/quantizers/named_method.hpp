// The methods by their names in command lines and tables: one row for each format that they make.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "fp4/quant/quantizers/scheme.hpp"

namespace fp4::quant {

// Which sides are quantized.
enum class Acts : uint8_t { w4a16, w16a4, w4a4 };
inline constexpr std::array<std::string_view, 3> acts_names{"W4A16", "W16A4", "W4A4"};
constexpr std::string_view name_of(Acts acts) { return acts_names[static_cast<size_t>(acts)]; }

struct NamedMethod {
    std::string_view name;
    std::string_view format; // nvfp4 or razer
    Method method;
    Side weights;
    Side activations;
    int64_t hadamard;
    std::string_view summary;
    bool aligned = false; // FAAR's second stage behind the first

    constexpr bool trains() const { return method == Method::faar; }
};

inline constexpr Side nvfp4_nv{Format::nvfp4, Encoder::nv};
inline constexpr Side razer_weights{Format::razer_w, Encoder::razer_paper};
inline constexpr Side razer_activations{Format::razer_a, Encoder::razer_paper};

inline constexpr std::array<NamedMethod, 14> named_methods{{
    {"rtn", "nvfp4", Method::rtn, nvfp4_nv, nvfp4_nv, 0, "round to nearest"},
    {"4over6",
     "nvfp4",
     Method::rtn,
     {Format::nvfp4, Encoder::fouroversix},
     {Format::nvfp4, Encoder::fouroversix},
     0,
     "per block a largest value of 6 or 4, normalizer 256"},
    {"4over6-448",
     "nvfp4",
     Method::rtn,
     {Format::nvfp4, Encoder::fouroversix_448},
     {Format::nvfp4, Encoder::fouroversix_448},
     0,
     "4/6 with normalizer 448"},
    {"mse",
     "nvfp4",
     Method::rtn,
     {Format::nvfp4, Encoder::mse},
     nvfp4_nv,
     0,
     "per block the scale of least squared error"},
    {"gptq", "nvfp4", Method::gptq, nvfp4_nv, nvfp4_nv, 0,
     "rounding errors passed on to later columns"},
    {"mr-gptq",
     "nvfp4",
     Method::mr_gptq,
     {Format::nvfp4, Encoder::mse},
     nvfp4_nv,
     128,
     "GPTQ behind a block Hadamard transform, scales of least squared error"},
    {"awq", "nvfp4", Method::awq, nvfp4_nv, nvfp4_nv, 0, "channel factors from activations"},
    {"smoothquant", "nvfp4", Method::smoothquant, nvfp4_nv, nvfp4_nv, 0,
     "channel factors from activations and weights"},
    {"razer", "razer", Method::rtn, razer_weights, razer_activations, 0,
     "per block the special value of least squared error"},
    {"razer-gptq", "razer", Method::gptq, razer_weights, razer_activations, 0,
     "RaZeR scales and specials, then GPTQ"},
    {"faar", "nvfp4", Method::faar, nvfp4_nv, nvfp4_nv, 0,
     "roundings trained on each linear's output"},
    {"faar", "razer", Method::faar, razer_weights, razer_activations, 0,
     "RaZeR scales and specials, then FAAR"},
    {"faar-2fa", "nvfp4", Method::faar, nvfp4_nv, nvfp4_nv, 0,
     "FAAR, then all roundings together on the model's predictions", true},
    {"faar-2fa", "razer", Method::faar, razer_weights, razer_activations, 0,
     "RaZeR scales and specials, then FAAR and 2FA", true},
}};

// The first of that name, in `format` unless that is empty.
constexpr const NamedMethod* method_from_name(std::string_view name, std::string_view format = {}) {
    for (const auto& method : named_methods)
        if (method.name == name && (format.empty() || method.format == format)) return &method;
    return nullptr;
}

// "rtn, 4over6, ...", for messages.
inline std::string method_names() {
    std::string out;
    for (const auto& method : named_methods)
        if (&method == method_from_name(method.name))
            out += (out.empty() ? "" : ", ") + std::string(method.name);
    return out;
}

constexpr std::optional<Acts> acts_from_name(std::string_view name) {
    for (size_t i = 0; i < acts_names.size(); ++i)
        if (acts_names[i] == name) return static_cast<Acts>(i);
    return std::nullopt;
}

constexpr Scheme scheme_of(const NamedMethod& method, Acts acts) {
    Scheme scheme{
        .method = method.method, .weights = {}, .activations = {}, .hadamard = method.hadamard};
    if (acts != Acts::w16a4) scheme.weights = method.weights;
    if (acts != Acts::w4a16) scheme.activations = method.activations;
    return scheme;
}

} // namespace fp4::quant
