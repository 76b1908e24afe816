#include "fp4/checkpoints/model_tensors.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "linear_tensors.hpp"

namespace fp4::checkpoints {
namespace {

// What an architecture has beyond the tensors of a Llama.
struct ArchitectureTensors {
    std::string_view architecture;
    bool qk_norms = false;
    bool qkv_biases = false; // whatever the flags say
};

constexpr std::array<ArchitectureTensors, 2> architectures{{
    {.architecture = "Qwen2ForCausalLM", .qkv_biases = true},
    {.architecture = "Qwen3ForCausalLM", .qk_norms = true},
}};

ArchitectureTensors tensors_of(std::string_view architecture) {
    const auto at =
        std::ranges::find(architectures, architecture, &ArchitectureTensors::architecture);
    return at == architectures.end() ? ArchitectureTensors{} : *at;
}

bool has_bias(LinearOp op, const ArchitectureTensors& own, const TensorFlags& flags) {
    switch (spec_of(op).group) {
    case LinearGroup::qkv: return own.qkv_biases || flags.attention_bias;
    case LinearGroup::o: return flags.attention_bias;
    case LinearGroup::gate_up:
    case LinearGroup::down: break;
    }
    return flags.mlp_bias;
}

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
    const auto own = tensors_of(model.architecture);
    std::vector<std::string> names{"model.embed_tokens.weight", "model.norm.weight"};
    if (!flags.tied_embeddings) names.emplace_back("lm_head.weight");
    for (uint64_t layer = 0; layer < model.num_hidden_layers; ++layer) {
        const auto prefix = layer_prefix(layer);
        for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
            names.push_back(prefix + norm + ".weight");
        if (own.qk_norms)
            for (const char* norm : {"q_norm", "k_norm"})
                names.push_back(prefix + "self_attn." + norm + ".weight");
        for (const LinearOp op : linear_ops)
            if (has_bias(op, own, flags)) names.push_back(module_name(layer, op) + ".bias");
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
