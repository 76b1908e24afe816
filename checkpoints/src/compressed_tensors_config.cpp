#include "config_json.hpp"

#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char* pack_format = "nvfp4-pack-quantized";

// Keys that newer readers add have defaults there and are an error in older ones: none of them is
// written.
OrderedJson arguments(bool dynamic, const char* observer) {
    OrderedJson json{{"num_bits", 4},
                     {"type", "float"},
                     {"symmetric", true},
                     {"strategy", "tensor_group"},
                     {"group_size", 16}};
    json["dynamic"] = dynamic ? OrderedJson("local") : OrderedJson(false);
    json["actorder"] = nullptr;
    json["block_structure"] = nullptr;
    json["observer"] = observer;
    json["observer_kwargs"] = OrderedJson::object();
    return json;
}

Status check_arguments(const JsonField& arguments) {
    const OrderedJson wanted{
        {"num_bits", 4}, {"type", "float"}, {"strategy", "tensor_group"}, {"group_size", 16}};
    for (const auto& [key, value] : wanted.items()) FP4_TRY(arguments[key].expect(value));
    return Done{};
}

// A transformation of the weights, or a sparse layout, changes what the numbers mean.
Status check_empty(const JsonField& field) {
    if (!field.absent() && !(field.value().is_object() && field.value().empty()))
        return field.error("an empty object, null or no such key");
    return Done{};
}

} // namespace

OrderedJson compressed_tensors_section(const QuantizationConfig& config) {
    OrderedJson group{{"targets", {"Linear"}},
                      {"format", pack_format},
                      {"output_activations", nullptr},
                      {"weights", arguments(false, "memoryless_minmax")}};
    group["targets"] = OrderedJson::array({"Linear"});
    group["input_activations"] =
        config.activations ? arguments(true, "static_minmax") : OrderedJson();
    OrderedJson section;
    section["quant_method"] = spec_of(Layout::compressed_tensors).quant_method;
    section["format"] = pack_format;
    section["quantization_status"] = "compressed";
    section["global_compression_ratio"] = nullptr;
    section["kv_cache_scheme"] = nullptr;
    section["ignore"] = config.ignore;
    section["sparsity_config"] = OrderedJson::object();
    section["transform_config"] = OrderedJson::object();
    section["version"] = "0.12.2"; // of compressed-tensors, whose keys these are
    section["config_groups"]["group_0"] = std::move(group);
    return section;
}

Result<QuantizationConfig> read_compressed_tensors(const JsonField& section) {
    QuantizationConfig config{Layout::compressed_tensors};
    FP4_TRY(section["format"].expect(pack_format));
    FP4_TRY(section["quantization_status"].expect_absent_or("compressed"));
    FP4_TRY(section["kv_cache_scheme"].expect_absent_or(nullptr));
    FP4_TRY(check_empty(section["sparsity_config"]));
    FP4_TRY(check_empty(section["transform_config"]));
    if (!section["ignore"].absent()) {
        FP4_TRY_ASSIGN(auto ignore, section["ignore"].texts());
        config.ignore = std::move(ignore);
    }
    const auto groups = section["config_groups"];
    if (groups.absent() || !groups.value().is_object() || groups.value().size() != 1)
        return groups.error("an object of one group");
    const auto group = groups[groups.value().begin().key()];
    FP4_TRY(group["format"].expect_absent_or(pack_format));
    FP4_TRY(check_arguments(group["weights"]));
    if (group["input_activations"].absent()) return config;
    FP4_TRY(check_arguments(group["input_activations"]));
    config.activations = Format::nvfp4;
    return config;
}

} // namespace fp4::checkpoints
