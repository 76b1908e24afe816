// Traces whose weights are numbers that golden's encoders quantize.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "trace_builder.hpp"

namespace fp4::traces {

struct WeightValues {
    std::vector<float> values;         // N * K
    std::optional<float> group_amax{}; // that the tensor scale stands for; none: that of the values
};
using ReadWeights = std::function<Result<WeightValues>(const checkpoints::Linear&)>;

// At least one token. bad_argument.
Status check_tokens(const TraceOptions& options);

// Quantizes a weight by its format's default encoder. Errors: those of golden's encode.
Result<SourcedOperand> encode_weight(WeightValues weight, uint64_t n, uint64_t k,
                                     const TraceOptions& options, const std::string& name);

// The linears that options select, weights by `read`.
Result<Trace> make_encoded_trace(const checkpoints::ModelConfig& model, Source source,
                                 const CapturedActivations* activations, const ReadWeights& read,
                                 const TraceOptions& options);

} // namespace fp4::traces
