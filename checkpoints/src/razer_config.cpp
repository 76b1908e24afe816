#include "config_json.hpp"
#include "fp4/io/message.hpp"

namespace fp4::checkpoints {
namespace {

constexpr const char* pack_format = "fp4sim-razer-pack-v1";
constexpr const char* no_activations = "none";

Status read_activations(const JsonField& field, QuantizationConfig& config) {
    const auto name = field.text();
    if (!name) return name.error();
    if (*name == no_activations) return Done{};
    config.activations = format_from_name(*name);
    if (config.activations != Format::nvfp4 && config.activations != Format::razer_a) return field.error("'none', 'nvfp4' or 'razer-a'");
    return Done{};
}

Status read_encoder(const JsonField& field, QuantizationConfig& config) {
    const auto name = field.text();
    if (!name) return name.error();
    config.encoder = encoder_from_name(*name);
    if (!config.encoder || !spec_of(*config.encoder).makes(Format::razer_w)) return field.error("the name of an encoder that makes razer-w");
    return Done{};
}

Status read_exceptions(const JsonField& table, QuantizationConfig& config) {
    if (table.absent()) return Done{};
    if (!table.value().is_object()) return table.error("an object of modules and half-units");
    for (const auto& item : table.value().items()) {
        const auto halves = table[item.key()].integer(1, special_max_halves);
        if (!halves) return halves.error();
        config.v2_halves_of.emplace(item.key(), static_cast<uint8_t>(*halves));
    }
    return Done{};
}

} // namespace

OrderedJson razer_section(const QuantizationConfig& config) {
    OrderedJson section;
    section["quant_method"] = spec_of(Layout::razer).quant_method;
    section["format"] = pack_format;
    section["weight_format"] = spec_of(Format::razer_w).name;
    section["group_size"] = spec_of(Format::razer_w).block;
    section["sentinel_code"] = spec_of(Format::razer_w).sentinel;
    section["v1_halves"] = config.specials.v1_halves;
    section["v2_halves"] = config.specials.v2_halves;
    if (!config.v2_halves_of.empty())
        for (const auto& [module, halves] : config.v2_halves_of) section["v2_halves_of"][module] = halves;
    section["e3m3_max"] = config.e3m3_max;
    section["tensor_scale_divisor"] = 6 * config.e3m3_max;
    section["activation_format"] = config.activations ? spec_of(*config.activations).name : no_activations;
    section["targets"] = OrderedJson::array({"Linear"});
    section["ignore"] = config.ignore;
    section["encoder"] = spec_of(*config.encoder).name;
    section["fp4sim_version"] = FP4SIM_VERSION;
    return section;
}

Result<QuantizationConfig> read_razer(const JsonField& section) {
    QuantizationConfig config{Layout::razer};
    const FormatSpec& format = spec_of(Format::razer_w);
    const OrderedJson fixed{{"format", pack_format}, {"weight_format", format.name}, {"group_size", format.block}, {"sentinel_code", format.sentinel}};
    for (const auto& [key, value] : fixed.items())
        if (auto checked = section[key].expect(value); !checked) return checked.error();

    const auto v1 = section["v1_halves"].integer(1, special_max_halves);
    if (!v1) return v1.error();
    const auto v2 = section["v2_halves"].integer(1, special_max_halves);
    if (!v2) return v2.error();
    config.specials = {static_cast<uint8_t>(*v1), static_cast<uint8_t>(*v2)};
    if (auto read = read_exceptions(section["v2_halves_of"], config); !read) return read.error();

    const auto largest = section["e3m3_max"].integer(28, 30);
    if (!largest) return largest.error();
    if (*largest == 29) return section["e3m3_max"].error("28 or 30");
    config.e3m3_max = static_cast<int>(*largest);
    if (auto checked = section["tensor_scale_divisor"].expect(6 * config.e3m3_max); !checked) return checked.error();
    if (auto read = read_activations(section["activation_format"], config); !read) return read.error();
    if (auto checked = section["targets"].expect(OrderedJson::array({"Linear"})); !checked) return checked.error();
    auto ignore = section["ignore"].texts();
    if (!ignore) return ignore.error();
    config.ignore = std::move(*ignore);
    if (auto read = read_encoder(section["encoder"], config); !read) return read.error();
    if (const auto version = section["fp4sim_version"].text(); !version) return version.error();
    return config;
}

} // namespace fp4::checkpoints
