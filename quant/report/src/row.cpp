#include "fp4/quant/report/row.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <tuple>

#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::quant {
namespace {

constexpr std::array<std::string_view, 4> acts_order{"W16A16", "W4A16", "W16A4", "W4A4"};
constexpr std::array<std::string_view, 14> method_order{
    "bf16",    "rtn", "sweep",       "4over6", "4over6-448", "mse",  "gptq",
    "mr-gptq", "awq", "smoothquant", "razer",  "razer-gptq", "faar", "faar-2fa"};
constexpr auto arith_order = [] {
    std::array<std::string_view, arithmetic_profiles.size() + 1> names{"fake"};
    std::ranges::transform(arithmetic_profiles, names.begin() + 1, &Arithmetic::name);
    return names;
}();

auto rank(std::span<const std::string_view> order, const std::string& name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
}

auto sort_key(const RowKey& key) {
    return std::tuple(key.domain != all_domains, std::string_view(key.domain),
                      rank(acts_order, key.acts), std::string_view(key.acts),
                      rank(method_order, key.method), std::string_view(key.method),
                      std::string_view(key.format), std::string_view(key.act_format),
                      key.act_scale != "static", std::string_view(key.act_scale),
                      rank(arith_order, key.arith), std::string_view(key.arith), key.seed);
}

} // namespace

RowKey denominator_of(const RowKey& key) {
    return {.method = "rtn",
            .format = "nvfp4",
            .acts = key.acts,
            .act_format = key.acts == "W4A16" ? "none" : "nvfp4",
            .act_scale = "static",
            .arith = "fake",
            .domain = key.domain,
            .seed = 0};
}

std::string row_name(const RowKey& key) {
    std::string name = key.method + "/" + key.format + "/" + key.acts + "/" + key.arith;
    if (key.domain != all_domains) name += ", " + key.domain;
    if (key.seed != 0) name += ", seed " + std::to_string(key.seed);
    if (key.act_scale != "static") name += ", " + key.act_scale + " scale";
    return name;
}

bool row_before(const RowKey& a, const RowKey& b) { return sort_key(a) < sort_key(b); }

} // namespace fp4::quant
