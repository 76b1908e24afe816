#include "evaluated_model.hpp"

#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

#include "fingerprint.hpp"
#include "fp4/quant/pipeline/checkpoint_layers.hpp"
#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/quant/quantizers/named_method.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/try.hpp"
#include "table_rows.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

Result<Scheme> named_scheme(const std::string& name, const std::string& acts) {
    const auto* method = method_from_name(name);
    if (!method)
        return Error{ErrorCode::unknown_name,
                     fmt::format("--method: expected one of {}, found {}", method_names(), name)};
    if (method->trains())
        return Error{ErrorCode::bad_argument,
                     fmt::format("--method: expected one that does not train; make {} by fp4quant "
                                 "quantize and score that beside --reference",
                                 name)};
    const auto sides = acts_from_name(acts);
    if (!sides)
        return Error{ErrorCode::unknown_name, fmt::format("--acts: expected one of {}, found {}",
                                                          fmt::join(acts_names, ", "), acts)};
    return scheme_of(*method, *sides);
}

} // namespace

Result<bool> needs_calibration(const std::string& method, const std::string& acts) {
    FP4_TRY_ASSIGN(const auto scheme, named_scheme(method, acts));
    return needs_reference_stream(scheme) || needs_quantized_stream(scheme);
}

Result<EvaluatedModel> quantized_checkpoint(const std::string& folder, const std::string& name,
                                            torch::Device device) {
    FP4_TRY_ASSIGN(auto opened, CheckpointLayers::open(folder));
    FP4_TRY_ASSIGN(auto ends, opened.ends());
    FP4_TRY_ASSIGN(auto fingerprint, work_fingerprint(opened.checkpoint().files(), "eval"));
    const auto checkpoint = std::make_shared<CheckpointLayers>(std::move(opened));
    const auto& scheme = checkpoint->scheme();
    const RowKey key{.method = name,
                     .format = scheme.weights->format == Format::razer_w ? "razer" : "nvfp4",
                     .acts = std::string(name_of(scheme.activations ? Acts::w4a4 : Acts::w4a16)),
                     .act_format = activation_name(scheme),
                     .act_scale = "static",
                     .arith = "fake",
                     .domain = all_domains};
    return EvaluatedModel{
        key, scheme, std::make_shared<const CausalLm>(to_device(std::move(ends), device)),
        [checkpoint, device](size_t layer) -> Result<std::shared_ptr<const QuantizedLayer>> {
            FP4_TRY_ASSIGN(auto loaded, checkpoint->load(layer));
            loaded.plain = to_device(std::move(loaded.plain), device);
            return std::make_shared<const QuantizedLayer>(std::move(loaded));
        },
        std::move(fingerprint)};
}

Result<EvaluatedModel> under_method(const checkpoints::Checkpoint& checkpoint,
                                    std::shared_ptr<const CausalLm> ends, const std::string& method,
                                    const std::string& acts, const TokenWindows& calibration) {
    FP4_TRY_ASSIGN(const auto scheme, named_scheme(method, acts));
    const auto windows = calibration.count() ? windows_of(calibration) : Tensor();
    const LayerSource source = [&checkpoint, ends](size_t layer) -> Result<LayerWeights> {
        FP4_TRY_ASSIGN(auto weights, load_layer(checkpoint, ends->config, layer));
        return to_device(std::move(weights), ends->embed_tokens.device());
    };
    const auto quantizer = std::make_shared<ModelQuantizer>(*ends, source, scheme, windows);
    const auto made = std::make_shared<std::vector<std::shared_ptr<const QuantizedLayer>>>();
    const RowKey key{.method = method,
                     .format = std::string(method_from_name(method)->format),
                     .acts = acts,
                     .act_format = activation_name(scheme),
                     .act_scale = "static",
                     .arith = "fake",
                     .domain = all_domains};
    return EvaluatedModel{
        key, scheme, ends,
        [quantizer, made](size_t layer) -> Result<std::shared_ptr<const QuantizedLayer>> {
            while (made->size() <= layer) {
                FP4_TRY_ASSIGN(auto next, quantizer->quantize_next());
                made->push_back(std::make_shared<const QuantizedLayer>(std::move(next)));
            }
            return (*made)[layer];
        },
        fmt::format("{} {} {}", method, acts, calibration.sha256)};
}

} // namespace fp4::quant
