// The methods by their names in command lines and tables: one row for each format that they make.
#pragma once
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/quant/faar/faar_quantizer.hpp"
#include "fp4/quant/pipeline/quantized_format.hpp"
#include "fp4/quant/quantizers/awq.hpp"
#include "fp4/quant/quantizers/mr_gptq.hpp"
#include "fp4/quant/quantizers/smoothquant.hpp"

namespace fp4::quant {

// Which sides are quantized.
enum class Acts : uint8_t { w4a16, w16a4, w4a4 };
inline constexpr std::array<std::string_view, 3> acts_names{"W4A16", "W16A4", "W4A4"};
constexpr std::string_view name_of(Acts acts) { return acts_names[static_cast<size_t>(acts)]; }

// recipe and progress: of those that train; progress outlives the quantizer.
using MakeQuantizer = std::unique_ptr<Quantizer> (*)(const Scheme& scheme, const FaarRecipe& recipe,
                                                     QuantizeProgress& progress);

template <class Q>
std::unique_ptr<Quantizer> make_quantizer(const Scheme& scheme, const FaarRecipe& recipe,
                                          QuantizeProgress& progress) {
    if constexpr (std::constructible_from<Q, const Scheme&, const FaarRecipe&, QuantizeProgress&>)
        return std::make_unique<Q>(scheme, recipe, progress);
    else
        return std::make_unique<Q>(scheme);
}

struct NamedMethod {
    std::string_view name;
    std::string_view format; // of a row of quantized_formats
    Side weights;
    Side activations;
    std::string_view summary;
    MakeQuantizer make;
    bool folds = false;      // factors go into norms and other linears
    bool transforms = false; // inputs are transformed while the model runs
    bool trains = false;     // roundings, by a recipe, with a log of it
    bool aligned = false;    // FAAR's second stage behind the first

    // Linears compute what the model's do, of the same inputs, but for rounding.
    constexpr bool keeps_operands() const { return !folds && !transforms; }

    // What a checkpoint is written in unless another layout is asked for; none: no layout holds the
    // weights, they can be evaluated only.
    constexpr std::optional<checkpoints::Layout> layout() const {
        for (size_t i = 0; i < checkpoints::layout_specs.size(); ++i)
            if (checkpoints::layout_specs[i].weight_format == weights.format)
                return static_cast<checkpoints::Layout>(i);
        return std::nullopt;
    }
};

inline constexpr Side nvfp4_nv{Format::nvfp4, Encoder::nv};
inline constexpr Side nvfp4_mse{Format::nvfp4, Encoder::mse};
inline constexpr Side nvfp4_4over6{Format::nvfp4, Encoder::fouroversix};
inline constexpr Side nvfp4_4over6_448{Format::nvfp4, Encoder::fouroversix_448};
inline constexpr Side razer_weights{Format::razer_w, Encoder::razer_paper};
inline constexpr Side razer_activations{Format::razer_a, Encoder::razer_paper};

inline constexpr std::array<NamedMethod, 10> named_methods{{
    {"rtn", "nvfp4", nvfp4_nv, nvfp4_nv, "round to nearest", make_quantizer<Quantizer>},
    {"4over6", "nvfp4", nvfp4_4over6, nvfp4_4over6,
     "per block a largest value of 6 or 4, normalizer 256", make_quantizer<Quantizer>},
    {"4over6-448", "nvfp4", nvfp4_4over6_448, nvfp4_4over6_448, "4/6 with normalizer 448",
     make_quantizer<Quantizer>},
    {"mse", "nvfp4", nvfp4_mse, nvfp4_nv, "per block the scale of least squared error",
     make_quantizer<Quantizer>},
    {"gptq", "nvfp4", nvfp4_nv, nvfp4_nv, "rounding errors passed on to later columns",
     make_quantizer<Gptq>},
    {.name = "mr-gptq",
     .format = "nvfp4",
     .weights = nvfp4_mse,
     .activations = nvfp4_nv,
     .summary = "GPTQ behind a block Hadamard transform, scales of least squared error",
     .make = make_quantizer<MrGptq>,
     .transforms = true},
    {.name = "awq",
     .format = "nvfp4",
     .weights = nvfp4_nv,
     .activations = nvfp4_nv,
     .summary = "channel factors from activations",
     .make = make_quantizer<Awq>,
     .folds = true},
    {.name = "smoothquant",
     .format = "nvfp4",
     .weights = nvfp4_nv,
     .activations = nvfp4_nv,
     .summary = "channel factors from activations and weights",
     .make = make_quantizer<SmoothQuant>,
     .folds = true},
    {"razer", "razer", razer_weights, razer_activations,
     "per block the special value of least squared error", make_quantizer<Quantizer>},
    {"razer-gptq", "razer", razer_weights, razer_activations,
     "RaZeR scales and specials, then GPTQ", make_quantizer<Gptq>},
}};

// FAAR, and both its stages, over the published encoder of any format that has one scale byte for
// sixteen elements: the first two formats are the papers'.
inline constexpr auto faar_methods = [] {
    constexpr auto has_faar = [](const QuantizedFormat& format) {
        const FormatSpec& spec = spec_of(format.weights);
        return spec.block == 16 && spec.scale_bytes() == 1;
    };
    std::array<NamedMethod, 2 * std::ranges::count_if(quantized_formats, has_faar)> methods{};
    size_t n = 0;
    const auto add = [&](const QuantizedFormat& format, bool aligned) {
        methods[n++] = {.name = aligned ? "faar-2fa" : "faar",
                        .format = format.name,
                        .weights = {format.weights, *default_encoder(format.weights)},
                        .activations = {format.activations, *default_encoder(format.activations)},
                        .summary = aligned ? "FAAR, then all roundings together on the model's "
                                             "predictions"
                                           : "roundings trained on each linear's output",
                        .make = make_quantizer<FaarQuantizer>,
                        .trains = true,
                        .aligned = aligned};
    };
    for (const bool aligned : {false, true})
        for (const std::string_view name : {"nvfp4", "razer"})
            add(*std::ranges::find(quantized_formats, name, &QuantizedFormat::name), aligned);
    for (const bool aligned : {false, true})
        for (const QuantizedFormat& format : quantized_formats)
            if (has_faar(format) && format.name != "nvfp4" && format.name != "razer")
                add(format, aligned);
    return methods;
}();

// What formats give without any training: each by its published encoder (method rtn; razer for that
// format) and by one search that is the same for all (method sweep).
inline constexpr auto format_methods = [] {
    std::array<NamedMethod, 2 * quantized_formats.size()> methods{};
    for (size_t i = 0; i < quantized_formats.size(); ++i) {
        const QuantizedFormat& format = quantized_formats[i];
        methods[2 * i] = {format.published_method(),
                          format.name,
                          Side{format.weights, *default_encoder(format.weights)},
                          Side{format.activations, *default_encoder(format.activations)},
                          "the format's published encoder",
                          make_quantizer<Quantizer>};
        methods[2 * i + 1] = {sweep_method,
                              format.name,
                              Side{format.weights, sweep_encoder(format.weights)},
                              Side{format.activations, sweep_encoder(format.activations)},
                              "per block the scale byte of least squared error",
                              make_quantizer<Quantizer>};
    }
    return methods;
}();

// All of them, each once: of two with one name and format the first.
inline constexpr auto all_methods = [] {
    constexpr size_t size = named_methods.size() + faar_methods.size() + format_methods.size();
    constexpr auto gather = [] {
        std::pair<std::array<NamedMethod, size>, size_t> out{};
        const auto add = [&](const NamedMethod& method) {
            const auto known = std::span(out.first).first(out.second);
            if (std::ranges::none_of(known, [&](const NamedMethod& each) {
                    return each.name == method.name && each.format == method.format;
                }))
                out.first[out.second++] = method;
        };
        for (const NamedMethod& method : named_methods) add(method);
        for (const NamedMethod& method : faar_methods) add(method);
        for (const NamedMethod& method : format_methods) add(method);
        return out;
    };
    std::array<NamedMethod, gather().second> methods{};
    std::ranges::copy_n(gather().first.begin(), methods.size(), methods.begin());
    return methods;
}();

// The first of that name, in `format` unless that is empty.
constexpr const NamedMethod* method_from_name(std::string_view name, std::string_view format = {}) {
    for (const auto& method : all_methods)
        if (method.name == name && (format.empty() || method.format == format)) return &method;
    return nullptr;
}

// "rtn, 4over6, ...", for messages.
inline std::string method_names() {
    std::string out;
    for (const auto& method : all_methods)
        if (&method == method_from_name(method.name))
            out += (out.empty() ? "" : ", ") + std::string(method.name);
    return out;
}

// "nvfp4, razer, ...": what a method makes, for messages.
inline std::string formats_of_method(std::string_view name) {
    std::string out;
    for (const auto& method : all_methods)
        if (method.name == name) out += (out.empty() ? "" : ", ") + std::string(method.format);
    return out;
}

constexpr std::optional<Acts> acts_from_name(std::string_view name) {
    for (size_t i = 0; i < acts_names.size(); ++i)
        if (acts_names[i] == name) return static_cast<Acts>(i);
    return std::nullopt;
}

constexpr Scheme scheme_of(const NamedMethod& method, Acts acts) {
    Scheme scheme;
    if (acts != Acts::w16a4) scheme.weights = method.weights;
    if (acts != Acts::w4a16) scheme.activations = method.activations;
    return scheme;
}

} // namespace fp4::quant
