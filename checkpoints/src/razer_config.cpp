#include "config_json.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char* pack_format = "fp4sim-razer-pack-v1";
constexpr const char* no_activations = "none";

Result<ModuleScheme> read_scheme(const JsonField& field) {
    const auto name = field.text();
    if (!name) return name.error();
    ModuleScheme scheme{ModuleScheme::Kind::quantized};
    if (*name == no_activations) return scheme;
    scheme.activations = format_from_name(*name);
    if (scheme.activations != Format::nvfp4 && scheme.activations != Format::razer_a)
        return field.error("'none', 'nvfp4' or 'razer-a'");
    return scheme;
}

Status read_encoder(const JsonField& field, QuantizationConfig& config) {
    FP4_TRY_ASSIGN(const auto name, field.text());
    config.encoder = encoder_from_name(name);
    if (!config.encoder || !spec_of(*config.encoder).makes(Format::razer_w))
        return field.error("the name of an encoder that makes razer-w");
    return Done{};
}

Status read_exceptions(const JsonField& table, QuantizationConfig& config) {
    if (table.absent()) return Done{};
    if (!table.value().is_object()) return table.error("an object of modules and half-units");
    for (const auto& item : table.value().items()) {
        FP4_TRY_ASSIGN(const auto halves, table[item.key()].integer(1, special_max_halves));
        config.v2_halves_of.emplace(item.key(), static_cast<uint8_t>(halves));
    }
    return Done{};
}

} // namespace

OrderedJson razer_section(const WrittenQuantization& written) {
    const auto& config = written.config;
    const auto activations = written.uniform_activations().value_or(std::nullopt);
    OrderedJson section;
    section["quant_method"] = spec_of(Layout::razer).quant_method;
    section["format"] = pack_format;
    section["weight_format"] = spec_of(Format::razer_w).name;
    section["group_size"] = spec_of(Format::razer_w).block;
    section["sentinel_code"] = spec_of(Format::razer_w).sentinel;
    section["v1_halves"] = config.specials.v1_halves;
    section["v2_halves"] = config.specials.v2_halves;
    if (!config.v2_halves_of.empty())
        for (const auto& [module, halves] : config.v2_halves_of)
            section["v2_halves_of"][module] = halves;
    section["e3m3_max"] = config.e3m3_max;
    section["tensor_scale_divisor"] = 6 * config.e3m3_max;
    section["activation_format"] = activations ? spec_of(*activations).name : no_activations;
    section["targets"] = OrderedJson::array({"Linear"});
    section["ignore"] = written.left_out;
    section["encoder"] = spec_of(*config.encoder).name;
    section["fp4sim_version"] = FP4SIM_VERSION;
    return section;
}

Result<QuantizationRules> read_razer(const JsonField& section) {
    QuantizationRules rules;
    auto& config = rules.config;
    config.layout = Layout::razer;
    const FormatSpec& format = spec_of(Format::razer_w);
    const OrderedJson fixed{{"format", pack_format},
                            {"weight_format", format.name},
                            {"group_size", format.block},
                            {"sentinel_code", format.sentinel}};
    for (const auto& [key, value] : fixed.items()) FP4_TRY(section[key].expect(value));

    FP4_TRY_ASSIGN(const auto v1, section["v1_halves"].integer(1, special_max_halves));
    FP4_TRY_ASSIGN(const auto v2, section["v2_halves"].integer(1, special_max_halves));
    config.specials = {static_cast<uint8_t>(v1), static_cast<uint8_t>(v2)};
    FP4_TRY(read_exceptions(section["v2_halves_of"], config));

    FP4_TRY_ASSIGN(const auto largest, section["e3m3_max"].integer(28, 30));
    if (largest == 29) return section["e3m3_max"].error("28 or 30");
    config.e3m3_max = static_cast<int>(largest);
    FP4_TRY(section["tensor_scale_divisor"].expect(6 * config.e3m3_max));
    FP4_TRY_ASSIGN(const auto scheme, read_scheme(section["activation_format"]));
    FP4_TRY(section["targets"].expect(OrderedJson::array({"Linear"})));
    FP4_TRY_ASSIGN(auto ignore, section["ignore"].texts());
    rules.left_out = {section["ignore"].where(), std::move(ignore)};
    rules.groups.push_back({{section["targets"].where(), {"Linear"}}, scheme});
    FP4_TRY(read_encoder(section["encoder"], config));
    FP4_TRY(section["fp4sim_version"].text());
    return rules;
}

} // namespace fp4::checkpoints
