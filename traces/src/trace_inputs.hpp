// The activations of a trace: values, and their codes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "fp4/encode/tensor_scale.hpp"
#include "trace_builder.hpp"

namespace fp4::traces {

struct InputValues {
    std::vector<float> values; // tokens * K
    std::optional<float>
        calibrated_amax{}; // that a static tensor scale stands for; none: that of the values
};

// What the linears that read `input` get: linears of one group get the same.
InputValues synthetic_input(const TraceOptions& options, uint64_t layer, std::string_view input,
                            uint64_t k);

// The same of a linear of a model, captured where there are captured activations. Errors: those of
// CapturedActivations, bad_argument for more tokens than were captured.
Result<InputValues> input_of(const checkpoints::Linear& linear,
                             const CapturedActivations* activations, const TraceOptions& options);

// Quantizes them by the format's default encoder, under `scale` if there is one, else under that
// of their amax. Errors: those of golden's encode.
Result<SourcedOperand> encode_input(InputValues input, const OperandFormat& format, uint64_t k,
                                    const std::optional<TensorScale>& scale,
                                    const TraceOptions& options, const std::string& name);

} // namespace fp4::traces
