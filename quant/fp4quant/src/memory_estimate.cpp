#include "memory_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fp4/checkpoints/linears.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t value_bytes = 4;
constexpr uint64_t libtorch_bytes = uint64_t{256} << 20;
constexpr double gib = 1 << 30;

uint64_t layer_weights(const DecoderConfig& config) {
    uint64_t weights = 0;
    for (const auto& linear : checkpoints::layer_linears(config.dims, 0))
        weights += linear.n * linear.k;
    return weights;
}

// Half a byte a weight, and a scale byte for sixteen of them.
uint64_t model_code_bytes(const DecoderConfig& config) {
    return layer_weights(config) * config.dims.num_hidden_layers * 9 / 16;
}

// In double, and of the largest three copies in float32 while it is factored.
uint64_t second_moment_bytes(const DecoderConfig& config) {
    const auto& dims = config.dims;
    const uint64_t heads = dims.num_attention_heads * dims.head_dim,
                   largest = std::max({dims.hidden_size, heads, dims.intermediate_size});
    return 8 * (2 * dims.hidden_size * dims.hidden_size + heads * heads +
                dims.intermediate_size * dims.intermediate_size) +
           3 * value_bytes * largest * largest;
}

// Scores and weights of one group of heads with a copy, or gate, up and their products, or the
// logits of a slice.
uint64_t call_bytes(const DecoderConfig& config, const PassShape& shape) {
    const auto& dims = config.dims;
    const uint64_t tokens = shape.per_call * shape.length,
                   heads = dims.num_attention_heads / dims.num_key_value_heads;
    const uint64_t attention = 3 * heads * tokens * shape.length,
                   feed_forward = 4 * tokens * dims.intermediate_size;
    constexpr uint64_t logits_at_once = uint64_t{1} << 25;
    const uint64_t logits =
        shape.head ? 5 * std::min(shape.length * config.vocab_size, logits_at_once) : 0;
    return value_bytes *
           (std::max({attention, feed_forward, logits}) + 6 * tokens * dims.hidden_size);
}

// Three matrices of moments in double with copies in float32; weights, neighbors, positions,
// optimizer and what a step makes; the curvatures of all layers.
uint64_t linear_training_bytes(const DecoderConfig& config, const TrainingShape& shape) {
    uint64_t work = 0, curvatures = 0;
    for (const auto& linear : checkpoints::layer_linears(config.dims, 0)) {
        work = std::max(work, 32 * linear.k * linear.k + 24 * value_bytes * linear.n * linear.k +
                                  (shape.curvature ? 12 * linear.n * linear.n : 0));
        curvatures += 8 * linear.n * linear.n;
    }
    return work + (shape.curvature ? config.dims.num_hidden_layers * curvatures : 0);
}

// Of every weight both neighbors with their codes, both positions, the gradient and the optimizer;
// a layer's soft weights; what the backward pass keeps.
uint64_t alignment_bytes(const DecoderConfig& config, const TrainingShape& shape) {
    const auto& dims = config.dims;
    const uint64_t weights = layer_weights(config), tokens = shape.batch_windows * shape.length;
    const uint64_t a_layer = 12 * dims.hidden_size + 8 * dims.intermediate_size +
                             4 * dims.num_attention_heads * shape.length;
    const uint64_t kept = shape.recompute ? a_layer + dims.num_hidden_layers * dims.hidden_size
                                          : dims.num_hidden_layers * a_layer;
    return weights * dims.num_hidden_layers * (7 * value_bytes + 2) + 6 * value_bytes * weights +
           value_bytes * tokens * kept;
}

uint64_t training_bytes(const DecoderConfig& config, const TrainingShape& shape) {
    if (!shape.curvature && !shape.aligned) return linear_training_bytes(config, shape);
    const uint64_t model = value_bytes * (config.dims.num_hidden_layers * layer_weights(config) +
                                          config.vocab_size * config.dims.hidden_size);
    return model + std::max(linear_training_bytes(config, shape),
                            shape.aligned ? alignment_bytes(config, shape) : 0);
}

} // namespace

uint64_t memory_estimate(const DecoderConfig& config, const PassShape& shape) {
    const uint64_t weights = 2 * layer_weights(config) * value_bytes +
                             shape.models_made * model_code_bytes(config) + libtorch_bytes;
    if (shape.windows == 0) return weights;
    const uint64_t ends = config.vocab_size * config.dims.hidden_size * value_bytes *
                          (shape.head && !config.tie_word_embeddings ? 2 : 1);
    const uint64_t streams =
        shape.streams * shape.windows * shape.length * config.dims.hidden_size * value_bytes;
    return weights + ends + streams + call_bytes(config, shape) +
           (shape.second_moments ? second_moment_bytes(config) : 0) +
           (shape.training ? training_bytes(config, *shape.training) : 0);
}

Status check_memory(const DecoderConfig& config, const PassShape& shape, double max_gib) {
    const double needed = static_cast<double>(memory_estimate(config, shape)) / gib;
    if (max_gib == 0 || needed <= max_gib) return Done{};
    return Error{ErrorCode::bad_argument,
                 fmt::format("--max-memory: expected at least {:.2f} GiB for this model and these "
                             "windows, found {:g}; fewer windows at once take less",
                             needed, max_gib)};
}

} // namespace fp4::quant
