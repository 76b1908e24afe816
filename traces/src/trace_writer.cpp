#include <cstring>

#include "fp4/traces/trace.hpp"
#include "trace_keys.hpp"

namespace fp4::traces {

Status write_trace(const std::filesystem::path& path, const Trace& trace) {
    io::Metadata metadata = trace.other_metadata;
    std::string op_list;
    for (const TraceOp& op : trace.ops) op_list += (op_list.empty() ? "" : ",") + op.name;
    metadata[keys::version] = keys::version_1;
    metadata[keys::model] = trace.model;
    metadata[keys::layer] = std::to_string(trace.layer);
    metadata[keys::ops] = op_list;
    metadata[keys::source] = name_of(trace.source);
    metadata[keys::source_sha256] = trace.source_sha256;
    metadata[keys::a_format] = spec_of(trace.a_format).name;
    metadata[keys::b_format] = spec_of(trace.b_format).name;
    metadata[keys::v1_halves] = std::to_string(trace.specials.v1_halves);
    metadata[keys::v2_halves] = std::to_string(trace.specials.v2_halves);
    metadata[keys::encoder] = trace.encoder;
    metadata[keys::tokens] = std::to_string(trace.tokens);
    metadata[keys::seed] = std::to_string(trace.seed);

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
        tensors.push_back({prefix + keys::tensor_scale,
                           io::Dtype::f32,
                           {},
                           std::as_bytes(std::span(&t.tensor_scale, 1))});
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
