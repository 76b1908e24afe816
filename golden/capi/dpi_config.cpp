#include "dpi_config.hpp"

#include <charconv>
#include <initializer_list>

#include "fp4/gemm/gemm.hpp"

namespace fp4::capi {
namespace {

template <class Table>
std::string names_in(const Table& table) {
    std::string text;
    for (const auto& row : table) text += (text.empty() ? "" : " ") + std::string(row.name);
    return text;
}

Error refuse(std::string_view what, const std::string& expected, std::string_view found) {
    return {ErrorCode::unknown_name, "cfg: " + std::string(what) + ": expected " + expected +
                                         ", found '" + std::string(found) + "'"};
}

template <class Table>
Status set_name(int32_t& index, const Table& table, std::string_view key, std::string_view value) {
    for (size_t i = 0; i < table.size(); ++i)
        if (table[i].name == value) {
            index = static_cast<int32_t>(i);
            return Done{};
        }
    return refuse(key, names_in(table), value);
}

Status set_halves(std::initializer_list<uint32_t*> fields, std::string_view key,
                  std::string_view value) {
    uint32_t halves = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), halves);
    if (code != std::errc{} || end != value.data() + value.size() || halves > special_max_halves)
        return refuse(key, "0 to 31 half-units", value);
    for (uint32_t* field : fields) *field = halves;
    return Done{};
}

Status set(fp4_config& config, std::string_view key, std::string_view value) {
    fp4_operand &a = config.a, &b = config.b;
    if (key == "a") return set_name(a.format, format_specs, key, value);
    if (key == "b") return set_name(b.format, format_specs, key, value);
    if (key == "profile") return set_name(config.profile, arithmetic_profiles, key, value);
    if (key == "v1") return set_halves({&a.v1_halves, &b.v1_halves}, key, value);
    if (key == "v2") return set_halves({&a.v2_halves, &b.v2_halves}, key, value);
    if (key == "a_v1") return set_halves({&a.v1_halves}, key, value);
    if (key == "a_v2") return set_halves({&a.v2_halves}, key, value);
    if (key == "b_v1") return set_halves({&b.v1_halves}, key, value);
    if (key == "b_v2") return set_halves({&b.v2_halves}, key, value);
    return refuse("key", "a b profile v1 v2 a_v1 a_v2 b_v1 b_v2", key);
}

} // namespace

Result<fp4_config> parse_config(std::string_view text) {
    fp4_config config = FP4_CONFIG_INIT;
    while (!text.empty()) {
        const size_t comma = text.find(',');
        const std::string_view pair = text.substr(0, comma);
        const size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return refuse("pair", "key=value", pair);
        if (auto status = set(config, pair.substr(0, equals), pair.substr(equals + 1)); !status)
            return status.error();
        if (comma != std::string_view::npos && comma + 1 == text.size())
            return refuse("pair", "key=value", "");
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    const auto sound =
        check_formats(static_cast<Format>(config.a.format), static_cast<Format>(config.b.format),
                      arithmetic_profiles[static_cast<size_t>(config.profile)]);
    if (!sound) return Error{sound.error().code, "cfg: " + sound.error().message};
    return config;
}

} // namespace fp4::capi
