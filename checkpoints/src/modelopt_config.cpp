#include "config_json.hpp"

#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char *weights_and_inputs = "NVFP4", *weights_only = "W4A16_NVFP4";

const char* algorithm(const QuantizationConfig& config) {
    return config.activations ? weights_and_inputs : weights_only;
}

OrderedJson producer() { return {{"name", "modelopt"}, {"version", "fp4sim " FP4SIM_VERSION}}; }

// quant_algo and the list of modules that are left out.
Result<QuantizationConfig> read_common(const JsonField& algo, const JsonField& excluded) {
    QuantizationConfig config{Layout::modelopt};
    FP4_TRY_ASSIGN(const auto name, algo.text());
    if (name == weights_and_inputs)
        config.activations = Format::nvfp4;
    else if (name != weights_only)
        return algo.error("'NVFP4' or 'W4A16_NVFP4'");
    if (!excluded.absent()) {
        FP4_TRY_ASSIGN(auto ignore, excluded.texts());
        config.ignore = std::move(ignore);
    }
    return config;
}

} // namespace

OrderedJson modelopt_section(const QuantizationConfig& config) {
    const OrderedJson arguments{
        {"dynamic", false}, {"num_bits", 4}, {"type", "float"}, {"group_size", 16}};
    OrderedJson group;
    if (config.activations) group["input_activations"] = arguments;
    group["weights"] = arguments;
    group["targets"] = OrderedJson::array({"Linear"});
    OrderedJson section;
    section["config_groups"]["group_0"] = std::move(group);
    section["ignore"] = config.ignore;
    section["quant_algo"] = algorithm(config);
    section["producer"] = producer();
    section["quant_method"] = spec_of(Layout::modelopt).quant_method;
    return section;
}

OrderedJson modelopt_file(const QuantizationConfig& config) {
    OrderedJson file;
    file["producer"] = producer();
    auto& section = file["quantization"];
    section["quant_algo"] = algorithm(config);
    section["kv_cache_quant_algo"] = nullptr;
    section["group_size"] = 16;
    section["exclude_modules"] = config.ignore;
    return file;
}

Result<QuantizationConfig> read_modelopt(const JsonField& section) {
    FP4_TRY(section["kv_cache_scheme"].expect_absent_or(nullptr));
    const auto groups = section["config_groups"];
    if (!groups.absent()) {
        if (!groups.value().is_object() || groups.value().size() != 1)
            return groups.error("an object of one group");
        const auto weights = groups[groups.value().begin().key()]["weights"];
        FP4_TRY(weights["num_bits"].expect(4));
        FP4_TRY(weights["group_size"].expect(16));
    }
    return read_common(section["quant_algo"], section["ignore"]);
}

Result<QuantizationConfig> read_modelopt_file(const JsonField& file) {
    const auto section = file["quantization"];
    FP4_TRY(section["kv_cache_quant_algo"].expect_absent_or(nullptr));
    FP4_TRY(section["group_size"].expect(16));
    return read_common(section["quant_algo"], section["exclude_modules"]);
}

} // namespace fp4::checkpoints
