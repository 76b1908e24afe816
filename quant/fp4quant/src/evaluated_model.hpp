// The model that fp4quant eval scores: a quantized checkpoint, or a plain one under a method.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "fp4/quant/evaluate/arithmetic_differences.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/report/row.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::quant {

struct EvaluatedModel {
    RowKey key; // arith: fake
    Scheme scheme;
    std::shared_ptr<const CausalLm> ends;
    QuantizedLayers layers;  // in order the first time, then in any
    std::string fingerprint; // of what its scores depend on besides reference and windows
};

// `name`: the row's method; weights are on `device` when they are used. Errors: those of
// CheckpointLayers.
Result<EvaluatedModel> quantized_checkpoint(const std::string& folder, const std::string& name,
                                            torch::Device device);

// A plain checkpoint quantized as its layers are first asked for; codes stay in memory.
// `checkpoint` outlives the result. unknown_name: no such method.
Result<EvaluatedModel> under_method(const checkpoints::Checkpoint& checkpoint,
                                    std::shared_ptr<const CausalLm> ends, const std::string& method,
                                    const std::string& acts, const TokenWindows& calibration);

// Whether a method needs calibration windows; unknown_name: no such method or acts.
Result<bool> needs_calibration(const std::string& method, const std::string& acts);

} // namespace fp4::quant
