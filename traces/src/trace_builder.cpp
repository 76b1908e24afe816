#include "trace_builder.hpp"

#include <algorithm>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::traces {
namespace {

void add_source(io::Sha256& sha256, const SourcedOperand& operand) {
    if (!operand.values.empty()) {
        sha256.update(std::as_bytes(std::span(operand.values)));
        return;
    }
    sha256.update(std::as_bytes(std::span(operand.packed.codes)));
    sha256.update(std::as_bytes(std::span(operand.packed.scales)));
}

} // namespace

TraceBuilder::TraceBuilder(std::string model, std::vector<uint64_t> layers, Source source,
                           const TraceOptions& options) {
    trace_.model = std::move(model);
    trace_.layers = std::move(layers);
    trace_.source = source;
    trace_.tokens = options.tokens;
    trace_.seed = options.seed;
}

void TraceBuilder::add(std::string op, SourcedOperand a, SourcedOperand b) {
    add_source(sha256_, a);
    add_source(sha256_, b);
    trace_.ops.push_back({std::move(op), std::move(a.packed), std::move(b.packed), {}, {}});
}

Trace TraceBuilder::finish(std::string_view weight_encoder,
                           std::string_view activation_encoder) && {
    trace_.encoder = weight_encoder;
    if (activation_encoder != weight_encoder)
        trace_.encoder += ":" + std::string(activation_encoder);
    trace_.source_sha256 = sha256_.hex_digest();
    return std::move(trace_);
}

Result<std::vector<uint64_t>> selected_layers(const TraceOptions& options, uint64_t layers) {
    std::vector<uint64_t> out = options.layers;
    if (out.empty())
        for (uint64_t layer = 0; layer < layers; ++layer) out.push_back(layer);
    for (const uint64_t layer : out)
        if (layer >= layers)
            return io::expected_found(ErrorCode::bad_argument, "layer",
                                      "0 to " + std::to_string(layers - 1), std::to_string(layer));
    return out;
}

Status check_names(const std::vector<std::string>& wanted, const std::vector<std::string>& known) {
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    for (const std::string& name : wanted)
        if (std::ranges::find(known, name) == known.end())
            return Error{ErrorCode::unknown_name,
                         "op " + io::in_quotes(name) + ": expected one of " + list};
    return Done{};
}

Result<std::vector<checkpoints::LinearOp>> selected_ops(const TraceOptions& options) {
    std::vector<std::string> known;
    for (const auto& spec : checkpoints::linear_op_specs) known.emplace_back(spec.name);
    FP4_TRY(check_names(options.ops, known));
    std::vector<checkpoints::LinearOp> out;
    for (const auto& spec : checkpoints::linear_op_specs)
        if (options.ops.empty() || std::ranges::find(options.ops, spec.name) != options.ops.end())
            out.push_back(spec.op);
    return out;
}

Status check_blocks(uint64_t k, const OperandFormat& operand, std::string_view name) {
    const auto block = static_cast<uint64_t>(spec_of(operand.format).block);
    if (k % block == 0) return Done{};
    return io::expected_found(ErrorCode::bad_shape, std::string(name) + ": K",
                              "a multiple of " + std::to_string(block), std::to_string(k));
}

std::string_view encoder_name(Format format) {
    const auto encoder = default_encoder(format);
    return encoder ? spec_of(*encoder).name : "none";
}

} // namespace fp4::traces
