// What a forward pass of a Llama, Mistral, Qwen2 or Qwen3 decoder needs to know besides its
// weights.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "fp4/result.hpp"
#include "fp4/checkpoints/model_config.hpp"

namespace fp4::quant {

// rope_scaling of type "llama3": long wavelengths are stretched by `factor`, short ones kept, those
// between blended.
struct Llama3RopeScaling {
    double factor = 32;
    double low_freq_factor = 1;
    double high_freq_factor = 4;
    uint64_t original_max_position_embeddings = 8192;
};

struct DecoderConfig {
    checkpoints::ModelConfig dims;
    uint64_t vocab_size = 0;
    uint64_t max_position_embeddings = 0;
    double rms_norm_eps = 1e-5;
    double rope_theta = 10'000;
    std::optional<Llama3RopeScaling> rope_scaling{};
    bool tie_word_embeddings = true;
};

// config.json of a Llama 3.x, Mistral, Qwen2.5 or dense Qwen3 model. bad_file names the key: what
// checkpoints::parse_model_config refuses, a missing or ill-typed key, everything that the forward
// pass here does not compute (another activation, a sliding window shorter than
// max_position_embeddings, other rope scalings), and both keys where two of them give one setting
// different values.
Result<DecoderConfig> parse_decoder_config(std::string_view json_text, std::string_view file_name);

// Of a model folder.
Result<DecoderConfig> read_decoder_config(const std::filesystem::path& directory);

} // namespace fp4::quant
