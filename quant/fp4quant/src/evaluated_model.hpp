// The model that fp4quant eval scores: a quantized checkpoint, or a plain one under a method.
#pragma once
#include <memory>
#include <string>

#include "fp4/quant/evaluate/layer_stream.hpp"
#include "fp4/quant/pipeline/run_spec.hpp"
#include "fp4/quant/report/row.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant {

struct EvaluatedModel {
    RowKey key; // arith: fake
    std::shared_ptr<const CausalLm> ends;
    std::shared_ptr<QuantizedLayers> layers;
    std::string fingerprint; // of what its scores depend on besides reference and windows
};

// `name`: the row's method; weights are on `device` when they are used. Errors: those of
// CheckpointLayers.
Result<EvaluatedModel> quantized_checkpoint(const std::filesystem::path& folder,
                                            const std::string& name, torch::Device device);

// A method that does not train, by the quantizer of its row.
std::unique_ptr<Quantizer> quantizer_of(const NamedMethod& method, Acts acts);

// A plain checkpoint quantized as its layers are first asked for; codes stay in memory.
// `checkpoint` outlives the result. Errors: those of ModelQuantizer::make.
Result<EvaluatedModel> under_method(const checkpoints::Checkpoint& checkpoint,
                                    std::shared_ptr<const CausalLm> ends, const NamedMethod& method,
                                    Acts acts, const TokenWindows& calibration);

} // namespace fp4::quant
