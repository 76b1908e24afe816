#include "fp4/checkpoints/fused_groups.hpp"

#include <algorithm>
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

Status check_fused_groups(std::span<const LinearSpec> linears) {
    std::map<std::string_view, const LinearSpec*> by_name;
    for (const auto& linear : linears) by_name.emplace(linear.name, &linear);
    for (const auto& linear : linears)
        for (const auto& member : fused_group(linear.name)) {
            const auto other = by_name.find(member);
            if (other == by_name.end())
                return io::expected_found(ErrorCode::bad_argument, linear.name,
                                          "its fused group quantized as a whole",
                                          io::in_quotes(member) + " left out");
            if (other->second->has_input_scale != linear.has_input_scale)
                return io::expected_found(
                    ErrorCode::bad_argument, linear.name,
                    "an input scale for all of its fused group or for none",
                    io::in_quotes(linear.has_input_scale ? member : linear.name) + " without");
        }
    return Done{};
}

Status FusedScaleCheck::add(const QuantizedLinear& linear) {
    const auto group = fused_group(linear.name);
    if (group.size() == 1) return Done{};
    const float weight = number_of(linear.scale, kind_);
    std::optional<float> input;
    if (linear.input_scale) input = number_of(*linear.input_scale, kind_);
    const auto first = std::ranges::find(seen_, group.front(), &Seen::group);
    if (first == seen_.end()) {
        seen_.push_back({group.front(), linear.name, weight, input});
        return Done{};
    }
    const auto unequal = [&](const char* what, float a, float b) {
        return io::expected_found(ErrorCode::bad_file, linear.name,
                                  std::string("the ") + what + " of its fused group, " +
                                      io::text_of(a) + " as in " + io::in_quotes(first->module),
                                  io::text_of(b));
    };
    if (!same_bits(first->weight, weight)) return unequal("tensor scale", first->weight, weight);
    if (first->input.has_value() != input.has_value())
        return io::expected_found(ErrorCode::bad_file, linear.name,
                                  "an input scale for all of its fused group or for none",
                                  "one without");
    if (input && !same_bits(*first->input, *input))
        return unequal("input scale", *first->input, *input);
    return Done{};
}

} // namespace fp4::checkpoints
