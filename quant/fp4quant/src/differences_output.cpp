#include "differences_output.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace fp4::quant {
namespace {

double percent(uint64_t part, uint64_t whole) {
    return whole ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

} // namespace

std::string differences_text(const ArithmeticDifferences& differences) {
    std::string out = "| Layer | Linear | Outputs that differ | Largest, ulps | Largest from RMS "
                      "up, ulps | Largest / RMS | Input codes that differ | Input block scales "
                      "that differ |\n"
                      "|------:|--------|--------------------:|--------------:|--------------------"
                      "------:|--------------:|------------------------:|--------------------"
                      "-----------:|\n";
    for (const auto& op : differences.ops) {
        const InputDifference* input = nullptr;
        for (const auto& each : differences.inputs)
            for (const LinearOp member : members(each.group))
                if (each.layer == op.layer && member == op.op) input = &each;
        out += fmt::format("| {:>5} | {:<6} | {:>17.3f} % | {:>13} | {:>25} | {:>13.2e} | "
                           "{:>21.4f} % | {:>28.4f} % |\n",
                           op.layer, name_of(op.op), percent(op.different, op.outputs),
                           op.largest_ulps, op.largest_ulps_rms, op.largest_relative,
                           percent(input->different_codes, input->codes),
                           percent(input->different_block_scales, input->block_scales));
    }
    return out;
}

std::string differences_json(const ArithmeticDifferences& differences) {
    auto ops = nlohmann::ordered_json::array(), inputs = nlohmann::ordered_json::array();
    for (const auto& op : differences.ops)
        ops.push_back({{"layer", op.layer},
                       {"op", name_of(op.op)},
                       {"outputs", op.outputs},
                       {"different", op.different},
                       {"largest_ulps", op.largest_ulps},
                       {"largest_ulps_rms", op.largest_ulps_rms},
                       {"largest_relative", op.largest_relative}});
    for (const auto& input : differences.inputs)
        inputs.push_back({{"layer", input.layer},
                          {"group", name_of(input.group)},
                          {"codes", input.codes},
                          {"different_codes", input.different_codes},
                          {"block_scales", input.block_scales},
                          {"different_block_scales", input.different_block_scales}});
    return nlohmann::ordered_json{{"ops", ops}, {"inputs", inputs}}.dump(1) + "\n";
}

} // namespace fp4::quant
