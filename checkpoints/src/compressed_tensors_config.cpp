#include "config_json.hpp"

#include <algorithm>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char *pack_format = "nvfp4-pack-quantized", *mixed_format = "mixed-precision";
constexpr size_t max_groups = 64;

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

OrderedJson group_of(OrderedJson targets, const std::optional<Format>& activations) {
    OrderedJson group;
    group["targets"] = std::move(targets);
    group["format"] = pack_format;
    group["output_activations"] = nullptr;
    group["weights"] = arguments(false, "memoryless_minmax");
    group["input_activations"] = activations ? arguments(true, "static_minmax") : OrderedJson();
    return group;
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

// Whether the group's weights are those of this layout; a group that names no format of its own is
// told by its numbers where the file's is none of one group.
Result<bool> is_own(const JsonField& group, const std::string& file_format) {
    if (!group["format"].absent()) {
        FP4_TRY_ASSIGN(const auto format, group["format"].text());
        return format == pack_format;
    }
    if (file_format == pack_format) return true;
    return file_format == mixed_format && check_arguments(group["weights"]);
}

Result<ModuleScheme> scheme_of(const JsonField& group, const std::string& file_format) {
    ModuleScheme scheme;
    FP4_TRY_ASSIGN(const auto own, is_own(group, file_format));
    if (!own) {
        scheme.kind = ModuleScheme::Kind::foreign;
        scheme.foreign_scheme = numbers_text(group["weights"]);
        if (!group["format"].absent())
            scheme.foreign_scheme = *group["format"].text() + ", " + scheme.foreign_scheme;
        return scheme;
    }
    scheme.kind = ModuleScheme::Kind::quantized;
    FP4_TRY(check_arguments(group["weights"]));
    if (group["input_activations"].absent()) return scheme;
    FP4_TRY(check_arguments(group["input_activations"]));
    scheme.activations = Format::nvfp4;
    return scheme;
}

Status read_groups(const JsonField& section, const std::string& file_format,
                   QuantizationRules& rules) {
    const auto groups = section["config_groups"];
    if (groups.absent() || !groups.value().is_object() || groups.value().empty() ||
        groups.value().size() > max_groups)
        return groups.error("an object of 1 to 64 groups");
    for (const auto& item : groups.value().items()) {
        const auto group = groups[item.key()];
        if (group.absent() || !group.value().is_object()) return group.error("an object");
        if (group["weights"].absent()) continue; // of inputs or of the KV cache alone
        FP4_TRY_ASSIGN(auto scheme, scheme_of(group, file_format));
        FP4_TRY_ASSIGN(auto targets, group["targets"].texts());
        rules.groups.push_back({{group["targets"].where(), std::move(targets)}, scheme});
    }
    if (std::ranges::none_of(rules.groups, [](const auto& group) {
            return group.scheme.kind == ModuleScheme::Kind::quantized;
        }))
        return io::expected_found(
            ErrorCode::bad_file, groups.where(), std::string("a group of '") + pack_format + "'",
            rules.groups.empty() ? "none that quantizes weights"
                                 : rules.groups.front().scheme.foreign_scheme);
    return Done{};
}

} // namespace

OrderedJson compressed_tensors_section(const WrittenQuantization& written) {
    OrderedJson section;
    section["quant_method"] = spec_of(Layout::compressed_tensors).quant_method;
    section["format"] = pack_format;
    section["quantization_status"] = "compressed";
    section["global_compression_ratio"] = nullptr;
    section["kv_cache_scheme"] = nullptr;
    section["ignore"] = written.left_out;
    section["sparsity_config"] = OrderedJson::object();
    section["transform_config"] = OrderedJson::object();
    section["version"] = "0.12.2"; // of compressed-tensors, whose keys these are
    auto& groups = section["config_groups"];
    if (const auto uniform = written.uniform_activations()) {
        groups["group_0"] = group_of(OrderedJson::array({"Linear"}), *uniform);
        return section;
    }
    groups["group_0"] = group_of(written.modules_with(Format::nvfp4), Format::nvfp4);
    groups["group_1"] = group_of(written.modules_with(std::nullopt), std::nullopt);
    return section;
}

Result<QuantizationRules> read_compressed_tensors(const JsonField& section) {
    QuantizationRules rules;
    rules.config.layout = Layout::compressed_tensors;
    FP4_TRY(section["quantization_status"].expect_absent_or("compressed"));
    FP4_TRY(check_empty(section["sparsity_config"]));
    FP4_TRY(check_empty(section["transform_config"]));
    if (!section["kv_cache_scheme"].absent())
        rules.config.kv_cache = numbers_text(section["kv_cache_scheme"]);
    if (!section["ignore"].absent()) {
        FP4_TRY_ASSIGN(auto ignore, section["ignore"].texts());
        rules.left_out = {section["ignore"].where(), std::move(ignore)};
    }
    std::string format = mixed_format;
    if (!section["format"].absent()) {
        FP4_TRY_ASSIGN(auto text, section["format"].text());
        format = std::move(text);
    }
    FP4_TRY(read_groups(section, format, rules));
    const bool of_a_group = std::ranges::any_of(rules.groups, [&](const auto& group) {
        return group.scheme.foreign_scheme.starts_with(format + ",");
    });
    if (format != pack_format && format != mixed_format && !of_a_group)
        return section["format"].error("'nvfp4-pack-quantized' or 'mixed-precision'");
    return rules;
}

} // namespace fp4::checkpoints
