#include "fp4/quant/model/load_weights.hpp"

#include <map>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/message.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/quant/model/layer_vectors.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

std::string text_of(std::span<const uint64_t> shape) {
    std::string out;
    for (const uint64_t extent : shape) out += (out.empty() ? "" : ", ") + std::to_string(extent);
    return "[" + out + "]";
}

std::string folder_of(const checkpoints::Checkpoint& checkpoint) {
    return io::printable_path(checkpoint.files()[0].path().parent_path());
}

Status check_tied_head(const checkpoints::Checkpoint& checkpoint) {
    const auto head = checkpoint.find("lm_head.weight");
    if (!head) return Done{};
    const auto embedding = checkpoint.find("model.embed_tokens.weight");
    if (!embedding) return Done{};
    FP4_TRY_ASSIGN(const auto a, head->file->bytes(*head->tensor));
    FP4_TRY_ASSIGN(const auto b, embedding->file->bytes(*embedding->tensor));
    if (head->tensor->dtype == embedding->tensor->dtype && std::ranges::equal(a, b)) return Done{};
    return Error{ErrorCode::bad_file, folder_of(checkpoint) +
                                          ": lm_head.weight: expected the embedding's bytes, since "
                                          "config.json ties them, found others"};
}

} // namespace

Result<Tensor> load_tensor(const checkpoints::Checkpoint& checkpoint, const std::string& name,
                           const std::vector<int64_t>& shape) {
    const auto found = checkpoint.find(name);
    if (!found)
        return Error{ErrorCode::bad_file, folder_of(checkpoint) + ": tensor " +
                                              io::in_quotes(name) +
                                              ": expected in this checkpoint, found nothing"};
    const std::vector<uint64_t> wanted(shape.begin(), shape.end());
    if (found->tensor->shape != wanted)
        return Error{ErrorCode::bad_shape, io::printable_path(found->file->path()) + ": tensor " +
                                               io::in_quotes(name) + ": expected shape " +
                                               text_of(wanted) + " from config.json, found " +
                                               text_of(found->tensor->shape)};
    auto matrix = *found->tensor;
    if (matrix.shape.size() == 1)
        matrix.shape.insert(matrix.shape.begin(), 1); // read_weights takes matrices
    FP4_TRY_ASSIGN(const auto values, checkpoints::read_weights(*found->file, matrix));
    return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat).clone();
}

Result<LayerWeights> load_vectors(const checkpoints::Checkpoint& checkpoint,
                                  const DecoderConfig& config, size_t layer) {
    const auto prefix = checkpoints::layer_prefix(layer);
    const auto linears = checkpoints::layer_linears(config.dims, layer);
    const auto hidden = static_cast<int64_t>(config.dims.hidden_size),
               head_dim = static_cast<int64_t>(config.dims.head_dim);
    LayerWeights out;
    std::map<const Tensor*, int64_t> extents{{&out.input_layernorm, hidden},
                                             {&out.post_attention_layernorm, hidden}};
    if (config.dims.qk_norm) extents.insert({{&out.q_norm, head_dim}, {&out.k_norm, head_dim}});
    for (const auto& linear : linears)
        if (config.dims.has_bias(linear.op))
            extents.emplace(&out.bias(linear.op), static_cast<int64_t>(linear.n));
    for (const auto& vector : vectors(out)) {
        const auto extent = extents.find(vector.values);
        if (extent == extents.end()) continue;
        FP4_TRY_ASSIGN(*vector.values,
                       load_tensor(checkpoint, prefix + vector.tensor, {extent->second}));
    }
    return out;
}

Result<Tensor> load_linear(const checkpoints::Checkpoint& checkpoint, const DecoderConfig& config,
                           size_t layer, LinearOp op) {
    const auto linear = checkpoints::layer_linears(config.dims, layer)[static_cast<size_t>(op)];
    return load_tensor(checkpoint, linear.weight(),
                       {static_cast<int64_t>(linear.n), static_cast<int64_t>(linear.k)});
}

Result<LayerWeights> load_layer(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config, size_t layer) {
    auto out = load_vectors(checkpoint, config, layer);
    for (const LinearOp op : linear_ops) {
        if (!out) break;
        FP4_TRY_ASSIGN(auto weights, load_linear(checkpoint, config, layer, op));
        (*out)[op] = std::move(weights);
    }
    return out;
}

Result<CausalLm> load_embedding(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config) {
    const auto hidden = static_cast<int64_t>(config.dims.hidden_size),
               vocab = static_cast<int64_t>(config.vocab_size);
    FP4_TRY_ASSIGN(auto embedding,
                   load_tensor(checkpoint, "model.embed_tokens.weight", {vocab, hidden}));
    return CausalLm{config, std::move(embedding), {}, {}, {}};
}

Result<CausalLm> load_ends(const checkpoints::Checkpoint& checkpoint, const DecoderConfig& config) {
    FP4_TRY_ASSIGN(auto model, load_embedding(checkpoint, config));
    FP4_TRY_ASSIGN(auto norm, load_tensor(checkpoint, "model.norm.weight",
                                          {static_cast<int64_t>(config.dims.hidden_size)}));
    model.norm = std::move(norm);
    if (config.tie_word_embeddings) {
        FP4_TRY(check_tied_head(checkpoint));
        model.lm_head = model.embed_tokens;
        return model;
    }
    FP4_TRY_ASSIGN(auto head, load_tensor(checkpoint, "lm_head.weight",
                                          {static_cast<int64_t>(config.vocab_size),
                                           static_cast<int64_t>(config.dims.hidden_size)}));
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
