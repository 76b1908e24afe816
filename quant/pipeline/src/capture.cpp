#include "fp4/quant/pipeline/capture.hpp"

#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/io/safetensors.hpp"
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

class CapturedFile {
  public:
    void add(const std::string& name, const Tensor& values) {
        kept_.push_back(values.to(torch::kFloat).contiguous().clone());
        const Tensor& own = kept_.back();
        io::TensorData tensor{name,
                              io::Dtype::f32,
                              {},
                              {static_cast<const std::byte*>(own.data_ptr()),
                               static_cast<size_t>(own.numel()) * sizeof(float)}};
        for (const int64_t extent : own.sizes())
            tensor.shape.push_back(static_cast<uint64_t>(extent));
        tensors_.push_back(std::move(tensor));
    }

    Status write(const std::filesystem::path& path, const io::Metadata& metadata) const {
        return io::write_safetensors(path, metadata, tensors_);
    }

  private:
    std::vector<Tensor> kept_;
    std::vector<io::TensorData> tensors_;
};

} // namespace

Status capture_activations(const std::filesystem::path& path, const CausalLm& model,
                           const CaptureRequest& request) {
    torch::NoGradGuard no_grad;
    if (request.positions < 1 || request.first < 0 ||
        request.first > request.window.size(0) - request.positions)
        return Error{ErrorCode::bad_argument,
                     "positions: expected " + std::to_string(request.positions) + " from " +
                         std::to_string(request.first) + " on inside a window of " +
                         std::to_string(request.window.size(0)) + " tokens"};
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
        const auto prefix = "layers." + std::to_string(i) + ".";
        const GroupFunction capturing = [&](LinearGroup group, const Tensor& input) {
            const auto name = prefix + std::string(name_of(group));
            file.add(name, input[0].narrow(0, request.first, request.positions));
            file.add(name + ".amax",
                     torch::tensor(static_amax(statistics[static_cast<size_t>(group)].amax())));
            return layer.linears(group, input);
        };
        captured[0] = decoder_layer(captured[0], layer.weights, model.config, rope, capturing);
        FP4_TRY(advance(calibration, layer, model.config, calibration_rope));
    }
    return file.write(path, {{"fp4sim.activations", "1"},
                             {"model_sha256", request.model_sha256},
                             {"tokens_sha256", request.tokens_sha256},
                             {"calib_sha256", request.calib_sha256},
                             {"first_position", std::to_string(request.first)}});
}

} // namespace fp4::quant
