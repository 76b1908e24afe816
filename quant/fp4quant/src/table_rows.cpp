#include "table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fp4/quant/evaluate/hardware_true.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t alignment_seeds = 3;
constexpr std::array<std::string_view, 3> scale_names{"static", "call", "token"};

TableRow row(const NamedMethod& method, Acts acts, const Arithmetic* arithmetic = nullptr,
             ActivationScale scale = ActivationScale::fixed) {
    auto scheme = scheme_of(method, acts);
    scheme.activation_scale = scale;
    const RowKey key{.method = std::string(method.name),
                     .format = std::string(method.format),
                     .acts = std::string(name_of(acts)),
                     .act_format = activation_name(scheme),
                     .act_scale = std::string(scale_names[static_cast<size_t>(scale)]),
                     .arith = arithmetic ? std::string(arithmetic->name) : "fake",
                     .domain = all_domains};
    return {key, scheme, arithmetic, &method};
}

// Rows of a method under every seed, where it draws anything.
void add_rows(std::vector<TableRow>& rows, const NamedMethod& method, Acts acts,
              const Arithmetic* arithmetic = nullptr) {
    for (uint64_t seed = method.aligned ? 1 : 0; seed <= (method.aligned ? alignment_seeds : 0);
         ++seed) {
        rows.push_back(row(method, acts, arithmetic));
        rows.back().key.seed = seed;
    }
}

TableRow own_scale_row(const NamedMethod& method, Acts acts) {
    auto out = row(method, acts);
    out.scheme->own_scale_per_tensor = true;
    out.key.method += "-own-scale";
    return out;
}

TableRow calibration_row(const NamedMethod& method, Acts acts) {
    auto out = row(method, acts);
    out.key.method += "-calibration";
    out.key.seed = 1;
    out.aligned_on_calibration = true;
    return out;
}

// In NVFP4.
TableRow variant_row(const FaarVariant& variant, Acts acts) {
    auto out = row(*method_from_name(variant.aligned ? "faar-2fa" : "faar"), acts);
    out.key.method = variant.method;
    out.key.seed = variant.aligned ? 1 : 0;
    out.variant = &variant;
    out.stage1 = variant.stage1;
    return out;
}

// Activations whose block scales are those of least squared error.
TableRow mse_activations_row(const NamedMethod& method, Acts acts) {
    auto with = method;
    with.activations.encoder = Encoder::mse;
    auto out = row(with, acts);
    out.method = &method;
    out.key.method += "-mse-activations";
    out.key.seed = method.aligned ? 1 : 0;
    out.stage1 = "faar-mse-activations";
    return out;
}

// The methods that are measured in every way. FAAR trains for hours: on the papers' formats and, by
// one seed, on the best of their rivals.
std::vector<const NamedMethod*> methods_of_papers() {
    std::vector<const NamedMethod*> out;
    for (const NamedMethod& method : named_methods) out.push_back(&method);
    for (const char* method : {"faar", "faar-2fa"})
        for (const char* format : {"nvfp4", "razer"})
            out.push_back(method_from_name(method, format));
    return out;
}
// Whether named_methods has one of that name and format.
bool is_named(const NamedMethod& method) {
    return std::ranges::any_of(named_methods, [&](const NamedMethod& each) {
        return each.name == method.name && each.format == method.format;
    });
}
constexpr std::array<std::string_view, 2> best_rivals{"razer-mix", "if4"};

// The model of `method`, its activations encoded by the search that is the same for all formats.
TableRow swept_activations_row(const NamedMethod& method) {
    auto out = row(method, Acts::w4a4);
    out.made_as = out.key.method;
    out.evaluated_activations = sweep_encoder(method.activations.format);
    out.key.method += "-sweep-activations";
    out.key.act_format = activation_name(out.evaluated_scheme());
    out.key.seed = 1;
    return out;
}

bool matches(const RowKey& key, std::string_view pattern) {
    for (const std::string& part :
         {key.method, key.format, key.acts, key.arith, std::to_string(key.seed)}) {
        const auto slash = pattern.find('/');
        if (pattern.substr(0, slash) != part) return false;
        if (slash == pattern.npos) return true;
        pattern.remove_prefix(slash + 1);
    }
    return false;
}

} // namespace

std::string activation_name(const Scheme& scheme) {
    if (!scheme.activations) return "none";
    // The format by its default encoder; by another, that one's name, and the format's where it
    // makes several.
    const Side& side = *scheme.activations;
    const std::string format(spec_of(side.format).name), encoder(spec_of(side.encoder).name);
    if (side.encoder == default_encoder(side.format)) return format;
    return spec_of(side.encoder).kind == EncoderKind::sweep ? encoder + "-" + format : encoder;
}

std::vector<TableRow> table_rows() {
    std::vector<TableRow> rows{{{"bf16", "bf16", "W16A16", "none", "static", "fake", all_domains}}};
    const NamedMethod &rtn = *method_from_name("rtn"), &razer = *method_from_name("razer");
    for (const Acts acts : {Acts::w4a16, Acts::w4a4})
        for (const NamedMethod* method : methods_of_papers()) add_rows(rows, *method, acts);
    for (const Acts acts : {Acts::w4a16, Acts::w4a4})
        for (const NamedMethod& method : format_methods)
            if (!is_named(method)) rows.push_back(row(method, acts));
    for (const Acts acts : {Acts::w4a16, Acts::w4a4})
        for (const std::string_view format : best_rivals) {
            rows.push_back(row(*method_from_name("faar", format), acts));
            rows.push_back(row(*method_from_name("faar-2fa", format), acts));
            rows.back().key.seed = 1;
        }
    for (const std::string_view format :
         {std::string_view("nvfp4"), std::string_view("razer"), best_rivals[0], best_rivals[1]})
        rows.push_back(swept_activations_row(*method_from_name("faar-2fa", format)));
    for (const char* name : {"rtn", "4over6", "razer"})
        rows.push_back(row(*method_from_name(name), Acts::w16a4));
    for (const NamedMethod* method : {&rtn, &razer}) {
        rows.push_back(own_scale_row(*method, Acts::w4a16));
        for (const ActivationScale scale : {ActivationScale::call, ActivationScale::token})
            rows.push_back(row(*method, Acts::w4a4, nullptr, scale));
        for (const Arithmetic* arithmetic : {&exact, &fp32_seq, &f13})
            rows.push_back(row(*method, Acts::w4a4, arithmetic));
    }
    for (const NamedMethod* method : methods_of_papers())
        add_rows(rows, *method, Acts::w4a4, &nv_blackwell);
    rows.push_back(calibration_row(*method_from_name("faar-2fa"), Acts::w4a4));
    for (const FaarVariant& variant : faar_variants) {
        rows.push_back(variant_row(variant, Acts::w4a4));
        if (variant.method == "faar-paper") rows.push_back(variant_row(variant, Acts::w4a16));
    }
    rows.push_back(mse_activations_row(rtn, Acts::w16a4));
    for (const char* name : {"rtn", "faar", "faar-2fa"})
        rows.push_back(mse_activations_row(*method_from_name(name), Acts::w4a4));
    return rows;
}

Result<std::vector<TableRow>> select_rows(const std::vector<TableRow>& rows,
                                          const std::vector<std::string>& only) {
    if (only.empty()) return rows;
    std::vector<TableRow> out;
    for (const std::string& pattern : only)
        if (std::ranges::none_of(rows,
                                 [&](const auto& each) { return matches(each.key, pattern); }))
            return Error{ErrorCode::unknown_name,
                         fmt::format("--only: expected METHOD[/FORMAT[/ACTS[/ARITH[/SEED]]]] of a "
                                     "row, such as rtn/nvfp4/W4A4/fake, found {}",
                                     pattern)};
    for (const TableRow& each : rows)
        if (std::ranges::any_of(only,
                                [&](const auto& pattern) { return matches(each.key, pattern); }))
            out.push_back(each);
    return out;
}

} // namespace fp4::quant
