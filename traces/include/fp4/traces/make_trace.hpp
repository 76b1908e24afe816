// From numbers to traces: synthetic, plain or packed weights, synthetic or captured activations.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/traces/captured.hpp"
#include "fp4/traces/recipe.hpp"

namespace fp4::traces {

// The formats that operands are quantized to where their source does not say.
inline constexpr OperandFormat default_weights{Format::razer_w};
inline constexpr OperandFormat default_activations{Format::razer_a};

struct TraceOptions {
    // Of packed weights: a check of what is stored. None: default_weights, or as stored.
    std::optional<OperandFormat> weights{};
    // None: default_activations; beside packed weights what the checkpoint says of the linear's
    // input, or the format that goes with its weights where it leaves inputs as they are.
    std::optional<OperandFormat> activations{};
    uint64_t tokens = 16;
    uint64_t seed = 0;
    std::vector<std::string> ops; // names of linears to make, in layer order; empty: all
    std::vector<uint64_t> layers; // of a checkpoint, ascending; empty: all
    std::function<void(std::string_view op, size_t index, size_t count)>
        on_op; // called before each op; may be empty
};

// Weights and activations both synthetic: a layer's statistics or uniform bits, as the recipe says.
Result<Trace> make_synthetic_trace(const Recipe& recipe, const TraceOptions& options);

// Plain weights of a checkpoint, quantized by golden's encoders. Without captured activations they
// are synthetic, and every tensor scale comes from its own tensor. With them scales are those of a
// deployed model: of weights from the fused group's amax, of activations from the calibration
// set's. options.tokens: at most the captured ones. Errors: those of the files, bad_argument for a
// layer or op that the model does not have.
Result<Trace> make_plain_trace(const checkpoints::Checkpoint& checkpoint,
                               const CapturedActivations* activations, const TraceOptions& options);

// Packed weights: codes, scale bytes and tensor scales as they are stored, each linear in its own
// format with its own special values. Linears that the checkpoint leaves alone are left out.
// Captured activations go through the checkpoint's static input scales where it has them; synthetic
// ones, which no calibration has seen, through a scale of their own. Errors: those of the files;
// bad_argument for options.weights that the checkpoint does not have and for a selection without a
// quantized linear.
Result<Trace> make_packed_trace(checkpoints::QuantizedCheckpoint& checkpoint,
                                const CapturedActivations* activations,
                                const TraceOptions& options);

// One op from any 2-D weight [N, K] of a safetensors file; its activations are synthetic. The op is
// called `weight`.
Result<Trace> make_weight_trace(const io::SafetensorsFile& file, const std::string& tensor,
                                const TraceOptions& options);

} // namespace fp4::traces
