#include "evaluated_model.hpp"

#include <fmt/format.h>

#include "fingerprint.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/pipeline/checkpoint_layers.hpp"
#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/try.hpp"
#include "print_warnings.hpp"
#include "table_rows.hpp"
#include "token_input.hpp"

namespace fp4::quant {

Result<EvaluatedModel> quantized_checkpoint(const std::filesystem::path& folder,
                                            const std::string& name, torch::Device device) {
    FP4_TRY_ASSIGN(auto opened, CheckpointLayers::open(folder, {}, device));
    print_warnings(opened.checkpoint().warnings());
    FP4_TRY_ASSIGN(auto ends, opened.ends());
    FP4_TRY_ASSIGN(auto fingerprint, work_fingerprint(opened.checkpoint().files(), "eval"));
    const auto& scheme = opened.scheme();
    const RowKey key{.method = name,
                     .format = std::string(name_of_weights(scheme.weights->format)),
                     .acts = std::string(name_of(scheme.activations ? Acts::w4a4 : Acts::w4a16)),
                     .act_format = activation_name(scheme),
                     .act_scale = "static",
                     .arith = "fake",
                     .domain = all_domains};
    return EvaluatedModel{key, std::make_shared<const CausalLm>(to_device(std::move(ends), device)),
                          std::make_shared<CheckpointLayers>(std::move(opened)),
                          std::move(fingerprint)};
}

std::unique_ptr<Quantizer> quantizer_of(const NamedMethod& method, Acts acts) {
    return method.make(scheme_of(method, acts), {}, no_progress());
}

Result<EvaluatedModel> under_method(const checkpoints::Checkpoint& checkpoint,
                                    std::shared_ptr<const CausalLm> ends, const NamedMethod& method,
                                    Acts acts, const TokenWindows& calibration) {
    const auto windows = calibration.count() ? windows_of(calibration) : Tensor();
    FP4_TRY_ASSIGN(auto quantizer,
                   ModelQuantizer::make(quantizer_of(method, acts), *ends,
                                        std::make_shared<CheckpointWeights>(
                                            checkpoint, ends->config, ends->embed_tokens.device()),
                                        windows));
    const RowKey key{.method = std::string(method.name),
                     .format = std::string(method.format),
                     .acts = std::string(name_of(acts)),
                     .act_format = activation_name(quantizer.scheme()),
                     .act_scale = "static",
                     .arith = "fake",
                     .domain = all_domains};
    return EvaluatedModel{key, ends, std::make_shared<LayersAsMade>(std::move(quantizer)),
                          fmt::format("{} {} {}", method.name, name_of(acts), calibration.sha256)};
}

} // namespace fp4::quant
