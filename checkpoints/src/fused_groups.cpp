#include "fp4/checkpoints/fused_groups.hpp"

#include <bit>
#include <map>
#include <string_view>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"

namespace fp4::checkpoints {
namespace {

bool same_bits(float a, float b) {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

} // namespace

std::vector<std::string> fused_group(const std::string& module) {
    const auto place = place_of_module(module);
    if (!place) return {module};
    std::vector<std::string> names;
    for (const LinearOp member : members(spec_of(place->op).group))
        names.push_back(module_name(place->layer, member));
    return names;
}

std::vector<std::string> split_groups(std::span<const LinearSpec> linears) {
    std::map<std::string_view, const LinearSpec*> by_name;
    for (const auto& linear : linears) by_name.emplace(linear.name, &linear);
    std::map<std::string, std::string> sentences; // by the first name of a group
    for (const auto& linear : linears) {
        const auto group = fused_group(linear.name);
        for (const auto& member : group) {
            const auto other = by_name.find(member);
            if (other == by_name.end())
                sentences.emplace(group.front(),
                                  linear.name +
                                      ": expected its fused group quantized as a whole, "
                                      "found " +
                                      io::in_quotes(member) + " left out");
            else if (linear.has_input_scale && !other->second->has_input_scale)
                sentences.emplace(group.front(),
                                  linear.name +
                                      ": expected an input scale for all of its fused group or for "
                                      "none, found " +
                                      io::in_quotes(member) + " without");
        }
    }
    std::vector<std::string> texts;
    for (auto& [group, text] : sentences) texts.push_back(std::move(text));
    return texts;
}

std::optional<std::string> FusedScales::difference(const std::string& module, float weight,
                                                   const std::optional<float>& input) {
    const auto group = fused_group(module);
    const auto [at, first] = seen_.try_emplace(group.front(), Seen{module, weight, input});
    if (first) return std::nullopt;
    const auto unequal = [&, &seen = at->second](const char* what, float a, float b) {
        return module + ": expected the " + what + " of its fused group, " + io::text_of(a) +
               " as in " + io::in_quotes(seen.module) + ", found " + io::text_of(b) +
               ": read as it is; serving engines take one for the group";
    };
    if (!same_bits(at->second.weight, weight))
        return unequal("tensor scale", at->second.weight, weight);
    if (input && at->second.input && !same_bits(*at->second.input, *input))
        return unequal("input scale", *at->second.input, *input);
    return std::nullopt;
}

} // namespace fp4::checkpoints
