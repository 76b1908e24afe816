#include "fp4/checkpoints/model_tensors.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "linear_tensors.hpp"

namespace fp4::checkpoints {
namespace {

// A tensor of a linear of the model, whose parts its layout names, or of a foreign one.
bool belongs_to_linear(std::string_view name, const Checkpoint& checkpoint) {
    const auto dot = name.rfind('.');
    if (dot == name.npos) return false;
    const auto module = name.substr(0, dot), part = name.substr(dot + 1);
    const auto place = place_of_module(module);
    if (module != "lm_head" && !(place && place->layer < checkpoint.config().num_hidden_layers))
        return false;
    const auto& config = checkpoint.quantization();
    if (config.scheme_of(module).kind == ModuleScheme::Kind::foreign) return true;
    const auto parts = part_names(spec_of(config.layout));
    return part == "weight" || std::ranges::find(parts, part) != parts.end();
}

} // namespace

std::vector<std::string> plain_tensor_names(const ModelConfig& model, const TensorFlags& flags) {
    std::vector<std::string> names{"model.embed_tokens.weight", "model.norm.weight"};
    if (!flags.tied_embeddings) names.emplace_back("lm_head.weight");
    for (uint64_t layer = 0; layer < model.num_hidden_layers; ++layer) {
        const auto prefix = layer_prefix(layer);
        for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
            names.push_back(prefix + norm + ".weight");
        if (model.qk_norm)
            for (const char* norm : {"q_norm", "k_norm"})
                names.push_back(prefix + "self_attn." + norm + ".weight");
        for (const LinearOp op : linear_ops)
            if (model.has_bias(op)) names.push_back(module_name(layer, op) + ".bias");
    }
    return names;
}

std::vector<std::string> unused_tensors(const Checkpoint& checkpoint) {
    const auto names = plain_tensor_names(checkpoint.config(), checkpoint.tensor_flags());
    const std::set<std::string_view> known(names.begin(), names.end());
    std::vector<std::string> unused;
    for (const auto& file : checkpoint.files())
        for (const auto& tensor : file.tensors())
            if (!known.contains(tensor.name) && !is_kv_cache_scale(tensor.name) &&
                !belongs_to_linear(tensor.name, checkpoint))
                unused.push_back(tensor.name);
    std::ranges::sort(unused);
    return unused;
}

std::optional<std::string> unused_tensors_warning(const Checkpoint& checkpoint) {
    const auto unused = unused_tensors(checkpoint);
    if (unused.empty()) return std::nullopt;
    return io::printable_path(checkpoint.folder()) + ": nothing uses " +
           (unused.size() == 1 ? "tensor " : std::to_string(unused.size()) + " tensors: ") +
           some_of(unused);
}

} // namespace fp4::checkpoints
