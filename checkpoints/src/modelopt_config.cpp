#include "config_json.hpp"

#include <array>
#include <map>

#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char *weights_and_inputs = "NVFP4", *weights_only = "W4A16_NVFP4",
                     *per_module = "MIXED_PRECISION";

// Algorithms whose numbers are NVFP4 and something else.
struct Refused {
    std::string_view algorithm, reason;
};
constexpr std::array<Refused, 4> refused{{
    {"NVFP4_AWQ", "whose inputs are multiplied by a pre_quant_scale, which is not applied here"},
    {"NVFP4_SVD", "which adds a low-rank product to each linear, which is not computed here"},
    {"NVFP4_SVDQUANT", "which adds a low-rank product to each linear, which is not computed here"},
    {"W4A8_NVFP4_FP8", "whose inputs are 8-bit floats, which is not computed here"},
}};

const char* algorithm(const std::optional<Format>& activations) {
    return activations ? weights_and_inputs : weights_only;
}

const char* algorithm(const WrittenQuantization& written) {
    const auto uniform = written.uniform_activations();
    return uniform ? algorithm(*uniform) : per_module;
}

OrderedJson producer() { return {{"name", "modelopt"}, {"version", "fp4sim " FP4SIM_VERSION}}; }

OrderedJson group_of(OrderedJson targets, const std::optional<Format>& activations) {
    const OrderedJson arguments{
        {"dynamic", false}, {"num_bits", 4}, {"type", "float"}, {"group_size", 16}};
    OrderedJson group;
    if (activations) group["input_activations"] = arguments;
    group["weights"] = arguments;
    group["targets"] = std::move(targets);
    return group;
}

std::optional<ModuleScheme> scheme_of(std::string_view algorithm) {
    if (algorithm == weights_and_inputs)
        return ModuleScheme{ModuleScheme::Kind::quantized, Format::nvfp4};
    if (algorithm == weights_only) return ModuleScheme{ModuleScheme::Kind::quantized};
    return std::nullopt;
}

Error not_read(const JsonField& algo, std::string_view name) {
    auto error = algo.error("'NVFP4', 'W4A16_NVFP4' or 'MIXED_PRECISION'");
    for (const auto& each : refused)
        if (each.algorithm == name) error.message += ", " + std::string(each.reason);
    return error;
}

// quantized_layers: an algorithm for each module.
Status read_layers(const JsonField& layers, QuantizationRules& rules) {
    if (!layers.value().is_object()) return layers.error("an object of modules");
    std::map<std::string, SchemeGroup> by_algorithm;
    for (const auto& item : layers.value().items()) {
        const auto layer = layers[item.key()];
        FP4_TRY_ASSIGN(const auto name, layer["quant_algo"].text());
        const auto own = scheme_of(name);
        if (own) FP4_TRY(layer["group_size"].expect_absent_or(16));
        auto& group = by_algorithm[name];
        group.targets.where = layers.where();
        group.targets.patterns.push_back(item.key());
        group.scheme =
            own ? *own : ModuleScheme{ModuleScheme::Kind::foreign, {}, "quant_algo " + name};
    }
    for (auto& [name, group] : by_algorithm) rules.groups.push_back(std::move(group));
    return Done{};
}

bool is_own(const JsonField& numbers) {
    return numbers["num_bits"].expect(4) && numbers["type"].expect_absent_or("float") &&
           numbers["group_size"].expect(16);
}

// config_groups of MIXED_PRECISION: targets are the modules of a group.
Status read_groups(const JsonField& groups, QuantizationRules& rules) {
    if (!groups.value().is_object()) return groups.error("an object of groups");
    for (const auto& item : groups.value().items()) {
        const auto group = groups[item.key()];
        if (group["weights"].absent()) continue;
        FP4_TRY_ASSIGN(auto targets, group["targets"].texts());
        ModuleScheme scheme{ModuleScheme::Kind::foreign, {}, numbers_text(group["weights"])};
        if (is_own(group["weights"])) {
            scheme = {ModuleScheme::Kind::quantized};
            if (is_own(group["input_activations"]))
                scheme.activations = Format::nvfp4;
            else if (!group["input_activations"].absent())
                return group["input_activations"].error("NVFP4 inputs, or none");
        }
        rules.groups.push_back({{group["targets"].where(), std::move(targets)}, std::move(scheme)});
    }
    return Done{};
}

// All groups are the one scheme of the file.
Status check_uniform(const JsonField& groups) {
    if (groups.absent()) return Done{};
    if (!groups.value().is_object() || groups.value().empty())
        return groups.error("an object of groups");
    for (const auto& item : groups.value().items()) {
        const auto weights = groups[item.key()]["weights"];
        FP4_TRY(weights["num_bits"].expect(4));
        FP4_TRY(weights["group_size"].expect(16));
    }
    return Done{};
}

// The keys of both files: hf_quant_config.json has `quantized_layers` and exclude_modules,
// config.json config_groups and ignore.
Result<QuantizationRules> read_common(const JsonField& section, const JsonField& excluded) {
    QuantizationRules rules;
    if (const auto scheme = section["kv_cache_scheme"]; !scheme.absent())
        rules.config.kv_cache = numbers_text(scheme);
    if (const auto name = section["kv_cache_quant_algo"]; !name.absent()) {
        FP4_TRY_ASSIGN(auto text, name.text());
        rules.config.kv_cache = std::move(text);
    }
    const auto algo = section["quant_algo"];
    if (algo.absent() && !rules.config.kv_cache.empty()) return rules; // the KV cache alone
    FP4_TRY_ASSIGN(const auto name, algo.text());
    rules.algorithm = name;
    rules.config.layout = Layout::modelopt;
    if (!excluded.absent()) {
        FP4_TRY_ASSIGN(auto patterns, excluded.texts());
        rules.left_out = {excluded.where(), std::move(patterns)};
    }
    if (const auto scheme = scheme_of(name)) {
        FP4_TRY(check_uniform(section["config_groups"]));
        FP4_TRY(section["group_size"].expect_absent_or(16));
        rules.groups.push_back({{algo.where(), {"Linear"}}, *scheme});
        return rules;
    }
    if (name != per_module) return not_read(algo, name);
    if (const auto layers = section["quantized_layers"]; !layers.absent())
        FP4_TRY(read_layers(layers, rules));
    else if (const auto groups = section["config_groups"]; !groups.absent())
        FP4_TRY(read_groups(groups, rules));
    return rules;
}

} // namespace

OrderedJson modelopt_section(const WrittenQuantization& written) {
    OrderedJson section;
    auto& groups = section["config_groups"];
    if (const auto uniform = written.uniform_activations()) {
        groups["group_0"] = group_of(OrderedJson::array({"Linear"}), *uniform);
    } else {
        groups["group_0"] = group_of(written.modules_with(Format::nvfp4), Format::nvfp4);
        groups["group_1"] = group_of(written.modules_with(std::nullopt), std::nullopt);
    }
    section["ignore"] = written.left_out;
    section["quant_algo"] = algorithm(written);
    section["producer"] = producer();
    section["quant_method"] = spec_of(Layout::modelopt).quant_method;
    return section;
}

OrderedJson modelopt_file(const WrittenQuantization& written) {
    OrderedJson file;
    file["producer"] = producer();
    auto& section = file["quantization"];
    section["quant_algo"] = algorithm(written);
    section["kv_cache_quant_algo"] = nullptr;
    section["group_size"] = 16;
    section["exclude_modules"] = written.left_out;
    if (written.uniform_activations()) return file;
    for (const auto& [module, scheme] : written.config.modules)
        section["quantized_layers"][module] = {{"quant_algo", algorithm(scheme.activations)},
                                               {"group_size", 16}};
    return file;
}

Result<QuantizationRules> read_modelopt(const JsonField& section) {
    if (!section["quantization"].absent()) return read_modelopt_file(section);
    return read_common(section, section["ignore"]);
}

Result<QuantizationRules> read_modelopt_file(const JsonField& file) {
    const auto section = file["quantization"];
    return read_common(section, section["exclude_modules"]);
}

} // namespace fp4::checkpoints
