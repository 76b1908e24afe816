#include <algorithm>

#include "fp4/traces/trace.hpp"
#include "trace_keys.hpp"

namespace fp4::traces {
namespace {

bool same(const OperandFormat& x, const OperandFormat& y) {
    return x.format == y.format && x.specials == y.specials;
}

// One layer whose operands agree fits version 1.
bool has_common_formats(const Trace& trace) {
    if (trace.layers.size() != 1 || trace.ops.empty()) return false;
    const TraceOp& first = trace.ops.front();
    return first.a.specials == first.b.specials &&
           std::ranges::all_of(trace.ops, [&](const TraceOp& op) {
               return same(op.a, first.a) && same(op.b, first.b);
           });
}

void add_formats(const Trace& trace, io::Metadata& metadata) {
    if (has_common_formats(trace)) {
        const TraceOp& op = trace.ops.front();
        metadata[keys::version] = keys::version_1;
        metadata[keys::layer] = std::to_string(trace.layers.front());
        metadata[keys::a_format] = spec_of(op.a.format).name;
        metadata[keys::b_format] = spec_of(op.b.format).name;
        metadata[keys::v1_halves] = std::to_string(op.b.specials.v1_halves);
        metadata[keys::v2_halves] = std::to_string(op.b.specials.v2_halves);
        return;
    }
    metadata[keys::version] = keys::version_2;
    std::string layers;
    for (const uint64_t layer : trace.layers)
        layers += (layers.empty() ? "" : ",") + std::to_string(layer);
    metadata[keys::layers] = layers;
    const auto add = [&](const std::string& prefix, const OperandFormat& operand) {
        metadata[prefix + keys::format] = spec_of(operand.format).name;
        if (spec_of(operand.format).has_specials())
            metadata[prefix + keys::specials] = std::to_string(operand.specials.v1_halves) + "," +
                                                std::to_string(operand.specials.v2_halves);
    };
    for (const TraceOp& op : trace.ops) {
        add(op.name + keys::a, op.a);
        add(op.name + keys::b, op.b);
    }
}

} // namespace

Status write_trace(const std::filesystem::path& path, const Trace& trace) {
    io::Metadata metadata = trace.other_metadata;
    std::string op_list;
    for (const TraceOp& op : trace.ops) op_list += (op_list.empty() ? "" : ",") + op.name;
    metadata[keys::model] = trace.model;
    metadata[keys::ops] = op_list;
    metadata[keys::source] = name_of(trace.source);
    metadata[keys::source_sha256] = trace.source_sha256;
    metadata[keys::encoder] = trace.encoder;
    metadata[keys::tokens] = std::to_string(trace.tokens);
    metadata[keys::seed] = std::to_string(trace.seed);
    add_formats(trace, metadata);

    std::vector<io::TensorData> tensors;
    const auto add_operand = [&](const std::string& prefix, const PackedTensor& t) {
        tensors.push_back({prefix + keys::codes,
                           io::Dtype::u8,
                           {t.rows, t.code_bytes_per_row()},
                           std::as_bytes(std::span(t.codes))});
        tensors.push_back({prefix + keys::scales,
                           io::Dtype::u8,
                           {t.rows, t.scale_bytes_per_row()},
                           std::as_bytes(std::span(t.scales))});
        tensors.push_back({prefix + keys::tensor_scale, io::Dtype::f32,
                           t.row_scales.empty() ? std::vector<uint64_t>{} : std::vector{t.rows},
                           std::as_bytes(t.outer_scales())});
    };
    for (const TraceOp& op : trace.ops) {
        add_operand(op.name + keys::a, op.a);
        add_operand(op.name + keys::b, op.b);
        if (!op.c.empty())
            tensors.push_back({op.name + keys::c,
                               io::Dtype::f32,
                               {op.m(), op.n()},
                               std::as_bytes(std::span(op.c))});
        if (!op.d.empty())
            tensors.push_back({op.name + keys::d,
                               io::Dtype::f32,
                               {op.m(), op.n()},
                               std::as_bytes(std::span(op.d))});
    }
    return io::write_safetensors(path, metadata, tensors);
}

} // namespace fp4::traces
