// What every way to a trace shares: ops one after another, and the fingerprint of their sources.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/traces/make_trace.hpp"

namespace fp4::traces {

// An operand with the bytes that it was made from.
struct SourcedOperand {
    PackedTensor packed;
    std::vector<float> values{}; // empty: the operand was never numbers here, its bytes count
};

class TraceBuilder {
  public:
    TraceBuilder(std::string model, std::vector<uint64_t> layers, Source source,
                 const TraceOptions& options);

    const Trace& trace() const { return trace_; }
    void add(std::string op, SourcedOperand a, SourcedOperand b);

    // encoder: of weights and of activations, where they were made here or are known.
    Trace finish(std::string_view weight_encoder, std::string_view activation_encoder) &&;

  private:
    Trace trace_;
    io::Sha256 sha256_;
};

// The layers that options ask for, of a model of so many. bad_argument.
Result<std::vector<uint64_t>> selected_layers(const TraceOptions& options, uint64_t layers);

// The ops that options ask for. unknown_name.
Result<std::vector<checkpoints::LinearOp>> selected_ops(const TraceOptions& options);

// unknown_name unless every name of `wanted` is known.
Status check_names(const std::vector<std::string>& wanted, const std::vector<std::string>& known);

// K is a whole number of blocks of the operand. `name` begins the message. bad_shape.
Status check_blocks(uint64_t k, const OperandFormat& operand, std::string_view name);

// "none" for formats that are only decoded.
std::string_view encoder_name(Format format);

} // namespace fp4::traces
