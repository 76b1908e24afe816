#include "fp4/quant/train/save_checkpoint.hpp"

#include <nlohmann/json.hpp>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"
#include "parameters.hpp"

namespace fp4::quant {

std::string config_json(const DecoderConfig& config) {
    const auto& dims = config.dims;
    const nlohmann::ordered_json json{{"architectures", {dims.architecture}},
                                      {"model_type", "llama"},
                                      {"_name_or_path", dims.name},
                                      {"hidden_size", dims.hidden_size},
                                      {"intermediate_size", dims.intermediate_size},
                                      {"num_hidden_layers", dims.num_hidden_layers},
                                      {"num_attention_heads", dims.num_attention_heads},
                                      {"num_key_value_heads", dims.num_key_value_heads},
                                      {"head_dim", dims.head_dim},
                                      {"vocab_size", config.vocab_size},
                                      {"max_position_embeddings", config.max_position_embeddings},
                                      {"rms_norm_eps", config.rms_norm_eps},
                                      {"rope_theta", config.rope_theta},
                                      {"rope_scaling", nullptr},
                                      {"hidden_act", "silu"},
                                      {"attention_bias", false},
                                      {"mlp_bias", false},
                                      {"tie_word_embeddings", config.tie_word_embeddings},
                                      {"bos_token_id", 1},
                                      {"eos_token_id", 2},
                                      {"torch_dtype", "bfloat16"}};
    return json.dump(2) + "\n";
}

Status save_checkpoint(const std::filesystem::path& directory, const CausalLm& model) {
    std::vector<Tensor> rounded;
    std::vector<io::TensorData> tensors;
    for (const auto& [name, parameter] : parameters(model)) {
        rounded.push_back(parameter.detach().to(torch::kCPU, torch::kBFloat16).contiguous());
        const auto& tensor = rounded.back();
        tensors.push_back({name,
                           io::Dtype::bf16,
                           {},
                           {static_cast<const std::byte*>(tensor.data_ptr()),
                            static_cast<size_t>(tensor.numel()) * 2}});
        for (const int64_t extent : tensor.sizes())
            tensors.back().shape.push_back(static_cast<uint64_t>(extent));
    }
    FP4_TRY(io::write_file_atomically(directory / "config.json", config_json(model.config)));
    return io::write_safetensors(directory / "model.safetensors", {}, tensors);
}

} // namespace fp4::quant
