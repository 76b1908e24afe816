// From numbers to traces: synthetic or real weights, synthetic activations, quantized by golden's
// encoders.
#pragma once
#include <functional>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/traces/recipe.hpp"

namespace fp4::traces {

struct TraceOptions {
    Format weights = Format::razer_w;
    Format activations = Format::razer_a;
    Specials specials{};
    uint64_t tokens = 16;
    uint64_t seed = 0;
    std::vector<std::string> ops; // names to make, in layer order; empty: all
    std::function<void(std::string_view op, size_t index, size_t count)>
        on_op; // called before each op; may be empty
};

// Weights and activations both synthetic: a layer's statistics or uniform bits, as the recipe says.
Result<Trace> make_synthetic_trace(const Recipe& recipe, const TraceOptions& options);

// Real weights of one layer of a checkpoint; its activations are synthetic.
Result<Trace> make_checkpoint_trace(const checkpoints::Checkpoint& checkpoint, uint64_t layer,
                                    const TraceOptions& options);

// One op from any 2-D weight [N, K] of a safetensors file; its activations are synthetic. The op is
// called `weight`.
Result<Trace> make_weight_trace(const io::SafetensorsFile& file, const std::string& tensor,
                                const TraceOptions& options);

} // namespace fp4::traces
