#include "fp4/quant/pipeline/capture.hpp"

#include "captured_file.hpp"
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

LayerWeights in_double(LayerWeights layer) {
    for (Tensor* norm :
         {&layer.input_layernorm, &layer.post_attention_layernorm, &layer.q_norm, &layer.k_norm})
        if (norm->defined()) *norm = norm->to(torch::kDouble);
    for (Tensor& linear : layer.linears) linear = linear.to(torch::kDouble);
    return layer;
}

ResidualStream embedded_in_double(const CausalLm& model, const Tensor& windows) {
    auto stream = embedded(model, windows);
    for (Tensor& chunk : stream) chunk = chunk.to(torch::kDouble);
    return stream;
}

} // namespace

Status capture_activations(const std::filesystem::path& path, const CausalLm& model,
                           const CaptureRequest& request) {
    torch::NoGradGuard no_grad;
    FP4_TRY(check_positions(request));
    auto calibration = embedded_in_double(model, request.calibration);
    ResidualStream captured = embedded_in_double(model, request.window.unsqueeze(0));
    const auto calibration_rope =
                   rope_table(model.config, request.calibration.size(1), torch::kDouble),
               rope = rope_table(model.config, request.window.size(0), torch::kDouble);
    CapturedFile file;
    for (size_t i = 0; i < model.layers.size(); ++i) {
        const auto layer = reference_layer(in_double(model.layers[i]));
        FP4_TRY_ASSIGN(const auto statistics,
                       observe_inputs(calibration, layer, model.config, calibration_rope));
        const GroupFunction capturing = [&](LinearGroup group, const Tensor& input) {
            file.add(i, group, input, request,
                     static_amax(statistics[static_cast<size_t>(group)].amax()));
            return layer.linears(group, input);
        };
        captured[0] = decoder_layer(captured[0], layer.weights, model.config, rope, capturing);
        FP4_TRY(advance(calibration, layer, model.config, calibration_rope));
    }
    return file.write(path, request);
}

} // namespace fp4::quant
