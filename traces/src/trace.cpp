#include "fp4/traces/trace.hpp"

#include <algorithm>

namespace fp4::traces {

std::string op_name(const Trace& trace, uint64_t layer, std::string_view linear) {
    const std::string prefix =
        trace.layers.size() == 1 ? "" : "layers." + std::to_string(layer) + ".";
    return prefix + std::string(linear);
}

std::string format_names(const Trace& trace, PackedTensor TraceOp::*operand) {
    std::vector<std::string_view> names;
    for (const TraceOp& op : trace.ops)
        if (const auto name = spec_of((op.*operand).format).name;
            std::ranges::find(names, name) == names.end())
            names.push_back(name);
    std::string joined;
    for (const auto name : names) joined += (joined.empty() ? "" : ",") + std::string(name);
    return joined;
}

} // namespace fp4::traces
