#include "rope_config.hpp"

#include <set>

#include "fp4/io/expected_found.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// One place that a setting may stand in.
struct Source {
    std::string key; // as a message names it
    const Json* value;
};

std::string described(const Json* value) { return value ? io::describe(*value) : "no such key"; }

Status expect_same(const std::string& file, const Source& a, const Source& b,
                   const std::string& setting = "") {
    if (a.value && b.value ? *a.value == *b.value : a.value == b.value) return Done{};
    return io::expected_found(ErrorCode::bad_file, file + a.key + " and " + b.key,
                              "them to say the same",
                              setting + described(a.value) + " and " + described(b.value));
}

// Older files write `type`.
const Json* rope_type(const Json& rope) {
    const ConfigKeys keys(rope, "");
    const auto* type = keys.find("rope_type");
    return type ? type : keys.find("type");
}

Status expect_same_scaling(const std::string& file, const Json& older, const Json& newer) {
    const auto same = [&](const std::string& key, const Json* a, const Json* b) {
        return expect_same(file, {"rope_scaling", a}, {"rope_parameters", b}, key + " ");
    };
    FP4_TRY(same("rope_type", rope_type(older), rope_type(newer)));
    std::set<std::string> names;
    for (const auto* rope : {&older, &newer})
        for (const auto& [name, value] : rope->items()) names.insert(name);
    for (const auto* elsewhere : {"type", "rope_type", "rope_theta"}) names.erase(elsewhere);
    for (const auto& name : names)
        FP4_TRY(same(name, ConfigKeys(older, "").find(name.c_str()),
                     ConfigKeys(newer, "").find(name.c_str())));
    return Done{};
}

Result<Llama3RopeScaling> llama3_scaling(const Json& object, const std::string& prefix) {
    ConfigKeys keys(object, prefix);
    const Llama3RopeScaling scaling{
        keys.positive("factor"), keys.positive("low_freq_factor"),
        keys.positive("high_freq_factor"),
        keys.integer("original_max_position_embeddings", uint64_t{1} << 31)};
    if (scaling.high_freq_factor <= scaling.low_freq_factor)
        keys.fail("high_freq_factor", "more than low_freq_factor");
    if (keys.error()) return *keys.error();
    return scaling;
}

Status read_object(const ConfigKeys& keys, const std::string& key, const Json& rope,
                   DecoderConfig& config) {
    const auto& file = keys.prefix();
    if (!rope.is_object())
        return io::expected_found(ErrorCode::bad_file, file + key, "an object", io::describe(rope));
    ConfigKeys inner(rope, file + key + ".");
    const auto theta = inner.positive("rope_theta", config.rope_theta);
    if (const auto* outer = keys.find("rope_theta"); outer && inner.find("rope_theta"))
        FP4_TRY(expect_same(file, {"rope_theta", outer},
                            {key + ".rope_theta", inner.find("rope_theta")}));
    config.rope_theta = theta;
    if (inner.find("type") && inner.find("rope_type"))
        FP4_TRY(expect_same(file, {key + ".type", inner.find("type")},
                            {key + ".rope_type", inner.find("rope_type")}));
    inner.require("partial_rotary_factor", 1.0);
    const auto* type = rope_type(rope);
    if (type && *type == "llama3") {
        FP4_TRY_ASSIGN(const auto scaling, llama3_scaling(rope, inner.prefix()));
        config.rope_scaling = scaling;
    } else if (!type || *type != "default") {
        inner.fail(inner.find("rope_type") ? "rope_type" : "type", "'llama3' or 'default'");
    }
    if (inner.error()) return *inner.error();
    return Done{};
}

} // namespace

Status read_rope(const ConfigKeys& keys, DecoderConfig& config) {
    const auto *older = keys.find("rope_scaling"), *newer = keys.find("rope_parameters");
    if (older && newer && older->is_object() && newer->is_object()) {
        FP4_TRY(expect_same_scaling(keys.prefix(), *older, *newer));
        const auto* a = ConfigKeys(*older, "").find("rope_theta");
        const auto* b = ConfigKeys(*newer, "").find("rope_theta");
        if (a && b)
            FP4_TRY(expect_same(keys.prefix(), {"rope_scaling.rope_theta", a},
                                {"rope_parameters.rope_theta", b}));
    }
    if (older) FP4_TRY(read_object(keys, "rope_scaling", *older, config));
    if (newer) FP4_TRY(read_object(keys, "rope_parameters", *newer, config));
    return Done{};
}

} // namespace fp4::quant
