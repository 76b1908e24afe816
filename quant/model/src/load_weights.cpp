#include "fp4/quant/model/load_weights.hpp"

#include <map>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/quant/model/layer_vectors.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Status check_tied_head(const checkpoints::Checkpoint& checkpoint) {
    const auto head = checkpoint.find("lm_head.weight");
    if (!head) return Done{};
    const auto embedding = checkpoint.find("model.embed_tokens.weight");
    if (!embedding) return Done{};
    FP4_TRY_ASSIGN(const auto a, head->file->bytes(*head->tensor));
    FP4_TRY_ASSIGN(const auto b, embedding->file->bytes(*embedding->tensor));
    if (head->tensor->dtype == embedding->tensor->dtype && std::ranges::equal(a, b)) return Done{};
    return io::expected_found(ErrorCode::bad_file,
                              io::printable_path(checkpoint.folder()) + ": lm_head.weight",
                              "the embedding's bytes, since config.json ties them", "others");
}

} // namespace

Result<Tensor> load_tensor(const checkpoints::Checkpoint& checkpoint, const std::string& name,
                           const std::vector<uint64_t>& shape) {
    FP4_TRY_ASSIGN(auto values, checkpoints::read_weights(checkpoint, name, shape));
    const std::vector<int64_t> sizes(shape.begin(), shape.end());
    return torch::from_blob(values.data(), sizes, torch::kFloat).clone();
}

Result<LayerWeights> load_vectors(const checkpoints::Checkpoint& checkpoint,
                                  const DecoderConfig& config, size_t layer) {
    const auto prefix = checkpoints::layer_prefix(layer);
    const auto linears = checkpoints::layer_linears(config.dims, layer);
    const uint64_t hidden = config.dims.hidden_size, head_dim = config.dims.head_dim;
    LayerWeights out;
    std::map<const Tensor*, uint64_t> extents{{&out.input_layernorm, hidden},
                                              {&out.post_attention_layernorm, hidden}};
    if (config.dims.qk_norm) extents.insert({{&out.q_norm, head_dim}, {&out.k_norm, head_dim}});
    for (const auto& linear : linears)
        if (config.dims.has_bias(linear.op)) extents.emplace(&out.bias(linear.op), linear.n);
    for (const auto& vector : vectors(out)) {
        const auto extent = extents.find(vector.values);
        if (extent == extents.end()) continue;
        FP4_TRY_ASSIGN(*vector.values,
                       load_tensor(checkpoint, prefix + vector.tensor, {extent->second}));
    }
    return out;
}

Result<LayerWeights> load_layer(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config, size_t layer) {
    auto out = load_vectors(checkpoint, config, layer);
    if (!out) return out;
    for (const auto& linear : checkpoints::layer_linears(config.dims, layer)) {
        FP4_TRY_ASSIGN((*out)[linear.op],
                       load_tensor(checkpoint, linear.weight(), {linear.n, linear.k}));
    }
    return out;
}

Result<CausalLm> load_embedding(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config) {
    FP4_TRY_ASSIGN(auto embedding, load_tensor(checkpoint, "model.embed_tokens.weight",
                                               {config.vocab_size, config.dims.hidden_size}));
    return CausalLm{config, std::move(embedding), {}, {}, {}};
}

Result<CausalLm> load_ends(const checkpoints::Checkpoint& checkpoint, const DecoderConfig& config) {
    FP4_TRY_ASSIGN(auto model, load_embedding(checkpoint, config));
    FP4_TRY_ASSIGN(auto norm,
                   load_tensor(checkpoint, "model.norm.weight", {config.dims.hidden_size}));
    model.norm = std::move(norm);
    if (config.tie_word_embeddings) {
        FP4_TRY(check_tied_head(checkpoint));
        model.lm_head = model.embed_tokens;
        return model;
    }
    FP4_TRY_ASSIGN(auto head, load_tensor(checkpoint, "lm_head.weight",
                                          {config.vocab_size, config.dims.hidden_size}));
    model.lm_head = std::move(head);
    return model;
}

Result<CausalLm> load_model(const checkpoints::Checkpoint& checkpoint,
                            const DecoderConfig& config) {
    auto model = load_ends(checkpoint, config);
    for (size_t i = 0; model && i < config.dims.num_hidden_layers; ++i) {
        FP4_TRY_ASSIGN(auto layer, load_layer(checkpoint, config, i));
        model->layers.push_back(std::move(layer));
    }
    return model;
}

} // namespace fp4::quant
