#include "captured_file.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/quant/pipeline/capture.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

bool in_hardware(const QuantizedLayer& layer, const Scheme& scheme) {
    if (!scheme.activations) return false;
    for (const auto& linear : layer.linears)
        if (!linear) return false;
    return true;
}

float amax_of(const QuantizedLayer& layer, LinearGroup group, const Scheme& scheme,
              const Tensor& input) {
    const auto& scale = layer.input_scale[static_cast<size_t>(group)];
    if (!scale || !scheme.activations) return static_amax(input.abs().max().item<float>());
    const auto& [format, encoder] = *scheme.activations;
    return full_range(encoder, format, scheme.e3m3_max) * scale->multiplier.value;
}

} // namespace

Status capture_quantized(const std::filesystem::path& path, CheckpointLayers& checkpoint,
                         const Arithmetic& arithmetic, const CaptureRequest& request) {
    torch::NoGradGuard no_grad;
    FP4_TRY(check_positions(request));
    const auto& scheme = checkpoint.scheme();
    FP4_TRY_ASSIGN(const auto ends, checkpoint.ends());
    const auto rope = rope_table(ends.config, request.window.size(0), torch::kFloat);
    auto stream = torch::embedding(ends.embed_tokens, request.window.unsqueeze(0).to(torch::kLong));
    CapturedFile file;
    for (size_t i = 0; i < ends.config.dims.num_hidden_layers; ++i) {
        FP4_TRY_ASSIGN(auto loaded, checkpoint.load(i));
        const auto layer = std::make_shared<const QuantizedLayer>(std::move(loaded));
        FP4_TRY_ASSIGN(const auto model, in_hardware(*layer, scheme)
                                             ? hardware_true(layer, scheme, arithmetic)
                                             : fake_quantized(layer, scheme));
        const GroupFunction capturing = [&](LinearGroup group, const Tensor& input) {
            file.add(i, group, input, request, amax_of(*layer, group, scheme, input));
            return model.linears(group, input);
        };
        try {
            stream = decoder_layer(stream, model.weights, ends.config, rope, capturing);
        } catch (const LinearFailed& failed) {
            return failed.error;
        }
    }
    return file.write(path, request);
}

} // namespace fp4::quant
