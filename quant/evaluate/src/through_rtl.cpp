#include "fp4/quant/evaluate/through_rtl.hpp"

#include <cstring>

#include "fp4/io/child_process.hpp"
#include "fp4/io/message.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/traces/trace.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// One group of linears: their inputs' codes are the same.
traces::Trace trace_of(LinearGroup group, const PackedTensor& input, const QuantizedLayer& layer) {
    traces::Trace trace{.model = "forward pass",
                        .source = traces::Source::packed_checkpoint,
                        .encoder = "stored",
                        .tokens = input.rows};
    for (const LinearOp op : members(group))
        trace.ops.push_back(
            {std::string(name_of(op)), input, *layer.linears[static_cast<size_t>(op)], {}, {}});
    return trace;
}

Status simulate(const Simulator& simulator, const std::filesystem::path& trace,
                const std::filesystem::path& outputs, std::string_view profile) {
    FP4_TRY_ASSIGN(const auto end,
                   io::run_program(simulator.program,
                                   {"--trace", trace.string(), "--profile", std::string(profile),
                                    "--quiet", "--force", "--dump-outputs", outputs.string()}));
    if (end.status == 0) return Done{};
    const auto first_line = end.err.substr(0, end.err.find('\n'));
    return Error{ErrorCode::device_failed, io::printable_path(simulator.program) +
                                               ": exit status " + std::to_string(end.status) +
                                               ": " + io::printable(first_line, 300)};
}

Result<std::vector<Tensor>> read_outputs(const std::filesystem::path& path,
                                         const traces::Trace& trace) {
    FP4_TRY_ASSIGN(const auto file, io::SafetensorsFile::open(path));
    std::vector<Tensor> outputs;
    for (const traces::TraceOp& op : trace.ops) {
        const auto* info = file.find(op.name + ".out");
        if (!info || info->dtype != io::Dtype::f32 ||
            info->shape != std::vector<uint64_t>{op.m(), op.n()})
            return Error{ErrorCode::bad_file, io::printable_path(path) + ": tensor " +
                                                  io::in_quotes(op.name + ".out") +
                                                  ": expected F32 of the product's shape"};
        auto out = torch::empty({static_cast<int64_t>(op.m()), static_cast<int64_t>(op.n())},
                                torch::kFloat);
        FP4_TRY(file.read(*info, {static_cast<std::byte*>(out.data_ptr()),
                                  static_cast<size_t>(info->byte_size())}));
        outputs.push_back(std::move(out));
    }
    return outputs;
}

Result<std::vector<Tensor>> multiply(const Simulator& simulator, const traces::Trace& trace,
                                     std::string_view profile) {
    const auto file = simulator.folder / "group.safetensors",
               outputs = simulator.folder / "outputs";
    FP4_TRY(traces::write_trace(file, trace));
    FP4_TRY(simulate(simulator, file, outputs, profile));
    return read_outputs(outputs / "outputs.safetensors", trace);
}

} // namespace

Result<LayerModel> through_rtl(std::shared_ptr<const QuantizedLayer> layer, const Scheme& scheme,
                               const Arithmetic& arithmetic, const Simulator& simulator) {
    if (!arithmetic.in_rtl)
        return Error{ErrorCode::bad_argument,
                     "through the RTL: expected a profile that it has, found " +
                         std::string(arithmetic.name)};
    // What golden's arithmetic cannot evaluate, the RTL cannot either.
    FP4_TRY_ASSIGN(auto model, hardware_true(layer, scheme, arithmetic));
    model.linears = [layer, scheme, simulator, profile = arithmetic.name](LinearGroup group,
                                                                          const Tensor& input) {
        const auto x = layer->transformed(group, input);
        const auto codes =
            encode_activations(x, scheme, layer->input_scale[static_cast<size_t>(group)]);
        if (!codes) throw LinearFailed(codes.error());
        auto outputs = multiply(simulator, trace_of(group, *codes, *layer), profile);
        if (!outputs) throw LinearFailed(outputs.error());
        for (Tensor& out : *outputs)
            out = out.view({input.size(0), input.size(1), -1}).to(input.device());
        return std::move(*outputs);
    };
    return model;
}

Result<LayerModel> RtlLayers::model(size_t index) {
    FP4_TRY_ASSIGN(auto made, layers_->layer(index));
    return through_rtl(std::move(made), layers_->scheme(), arithmetic_, simulator_);
}

} // namespace fp4::quant
