// Small random decoders, as LibTorch's tensors and as the plain decoder's.
#pragma once
#include <gtest/gtest.h>
#include <torch/types.h>

#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "plain_decoder.hpp"

namespace fp4::test {

using torch::Tensor;

inline Tensor random_tensor(std::vector<int64_t> shape, double deviation, uint64_t seed,
                            torch::ScalarType type = torch::kDouble) {
    return (torch::randn(shape, at::detail::createCPUGenerator(seed), torch::kDouble) * deviation)
        .to(torch::kFloat)
        .to(type); // exact in both types
}

inline plain::Vector values_of(const Tensor& tensor) {
    const auto flat = tensor.detach().to(torch::kDouble).contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// The last dimension is a row.
inline plain::Matrix matrix_of(const Tensor& tensor) {
    plain::Matrix out(static_cast<size_t>(tensor.numel() / tensor.size(-1)),
                      static_cast<size_t>(tensor.size(-1)));
    out.values = values_of(tensor);
    return out;
}

// Largest difference, relative to the root mean square of `wanted`.
inline double deviation(const Tensor& got, const plain::Vector& wanted) {
    const auto values = values_of(got);
    EXPECT_EQ(values.size(), wanted.size());
    double largest = 0, squares = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
        const double difference = std::abs(values[i] - wanted[i]);
        if (!(difference <= largest)) largest = difference; // NaN stays
        squares += wanted[i] * wanted[i];
    }
    return largest / std::sqrt(squares / static_cast<double>(wanted.size()));
}

// Rounding of sums of up to a few hundred terms: some units of the last place of the type.
inline double rounding_bound(torch::ScalarType type) {
    return type == torch::kDouble ? 1e-13 : 1e-5;
}

struct ModelShape {
    const char* name;
    uint64_t hidden, intermediate, layers, heads, kv_heads, head_dim;
    bool llama3_scaling, qk_norm, tied;
    bool qkv_biases = false, other_biases = false;
};

// What the released models have, in small: scaling of all three kinds of wavelength, grouped heads,
// head_dim of its own, untied head.
inline const std::array<ModelShape, 6> model_shapes{
    ModelShape{"LlamaScaled", 32, 48, 2, 4, 2, 8, true, false, true},
    {"LlamaOneKvHead", 24, 40, 2, 4, 1, 6, false, false, true},
    {"Qwen3OwnHeadDim", 24, 32, 2, 4, 2, 10, false, true, true},
    {"Qwen3Untied", 16, 24, 1, 2, 2, 8, false, true, false},
    {"Qwen2Biases", 32, 40, 2, 4, 2, 8, false, false, true, true},
    {"LlamaBiases", 24, 40, 2, 4, 1, 6, false, false, false, true, true}};

inline quant::DecoderConfig config_of(const ModelShape& shape) {
    quant::DecoderConfig config;
    config.dims = {.architecture = "RandomForCausalLM",
                   .name = "small",
                   .hidden_size = shape.hidden,
                   .intermediate_size = shape.intermediate,
                   .num_hidden_layers = shape.layers,
                   .num_attention_heads = shape.heads,
                   .num_key_value_heads = shape.kv_heads,
                   .head_dim = shape.head_dim,
                   .qk_norm = shape.qk_norm};
    for (const auto& spec : checkpoints::linear_op_specs)
        config.dims.biases[static_cast<size_t>(spec.op)] =
            spec.group == quant::LinearGroup::qkv ? shape.qkv_biases : shape.other_biases;
    config.vocab_size = 29;
    config.max_position_embeddings = 64;
    config.rms_norm_eps = 0.05; // large enough that its place shows
    config.rope_theta = 100;
    if (shape.llama3_scaling)
        config.rope_scaling =
            quant::Llama3RopeScaling{8, 1, 4, 40}; // wavelengths 6, 20, 63, 199 against 10 and 40
    config.tie_word_embeddings = shape.tied;
    return config;
}

inline quant::LayerWeights random_layer(const quant::DecoderConfig& config, uint64_t seed,
                                        torch::ScalarType type = torch::kDouble) {
    const auto hidden = static_cast<int64_t>(config.dims.hidden_size),
               head_dim = static_cast<int64_t>(config.dims.head_dim);
    const auto norm = [&](int64_t size) { return 1 + random_tensor({size}, 0.3, ++seed, type); };
    quant::LayerWeights out{norm(hidden), norm(hidden), {}, {}, {}};
    if (config.dims.qk_norm) out.q_norm = norm(head_dim), out.k_norm = norm(head_dim);
    for (const auto& linear : checkpoints::layer_linears(config.dims, 0)) {
        const auto n = static_cast<int64_t>(linear.n), k = static_cast<int64_t>(linear.k);
        out[linear.op] =
            random_tensor({n, k}, 1.2 / std::sqrt(static_cast<double>(k)), ++seed, type);
        if (config.dims.has_bias(linear.op))
            out.bias(linear.op) = random_tensor({n}, 0.7, ++seed, type);
    }
    return out;
}

inline quant::CausalLm random_model(const ModelShape& shape, uint64_t seed,
                                    torch::ScalarType type = torch::kDouble) {
    const auto config = config_of(shape);
    const auto hidden = static_cast<int64_t>(shape.hidden),
               vocab = static_cast<int64_t>(config.vocab_size);
    quant::CausalLm model{config,
                          random_tensor({vocab, hidden}, 0.5, seed, type),
                          {},
                          1 + random_tensor({hidden}, 0.3, seed + 1, type),
                          {}};
    model.lm_head =
        shape.tied ? model.embed_tokens : random_tensor({vocab, hidden}, 0.5, seed + 2, type);
    for (uint64_t i = 0; i < shape.layers; ++i)
        model.layers.push_back(random_layer(config, seed + 100 * (i + 1), type));
    return model;
}

inline plain::Config plain_of(const quant::DecoderConfig& config) {
    plain::Config out{config.dims.num_attention_heads,
                      config.dims.num_key_value_heads,
                      config.dims.head_dim,
                      config.rms_norm_eps,
                      config.rope_theta,
                      {}};
    if (const auto& scaling = config.rope_scaling)
        out.scaling = plain::Llama3Scaling{
            scaling->factor, scaling->low_freq_factor, scaling->high_freq_factor,
            static_cast<double>(scaling->original_max_position_embeddings)};
    return out;
}

inline plain::Layer plain_of(const quant::LayerWeights& layer) {
    using enum quant::LinearOp;
    const auto vector = [](const Tensor& tensor) {
        return tensor.defined() ? values_of(tensor) : plain::Vector{};
    };
    return {values_of(layer.input_layernorm),
            values_of(layer.post_attention_layernorm),
            vector(layer.q_norm),
            vector(layer.k_norm),
            matrix_of(layer[q]),
            matrix_of(layer[k]),
            matrix_of(layer[v]),
            matrix_of(layer[o]),
            matrix_of(layer[gate]),
            matrix_of(layer[up]),
            matrix_of(layer[down]),
            vector(layer.bias(q)),
            vector(layer.bias(k)),
            vector(layer.bias(v)),
            vector(layer.bias(o)),
            vector(layer.bias(gate)),
            vector(layer.bias(up)),
            vector(layer.bias(down))};
}

inline plain::Model plain_of(const quant::CausalLm& model) {
    plain::Model out{plain_of(model.config),
                     matrix_of(model.embed_tokens),
                     matrix_of(model.lm_head),
                     values_of(model.norm),
                     {}};
    for (const auto& layer : model.layers) out.layers.push_back(plain_of(layer));
    return out;
}

} // namespace fp4::test
