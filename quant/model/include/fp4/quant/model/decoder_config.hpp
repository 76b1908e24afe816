// What a forward pass of a Llama or Qwen3 decoder needs to know besides its weights.
#pragma once
#include <cstdint>
#include <optional>

#include "fp4/traces/model_config.hpp"

namespace fp4::quant {

// rope_scaling of type "llama3": long wavelengths are stretched by `factor`, short ones kept, those between blended.
struct Llama3RopeScaling {
    double factor = 32;
    double low_freq_factor = 1;
    double high_freq_factor = 4;
    uint64_t original_max_position_embeddings = 8192;
};

struct DecoderConfig {
    traces::ModelConfig dims;
    uint64_t vocab_size = 0;
    uint64_t max_position_embeddings = 0;
    double rms_norm_eps = 1e-5;
    double rope_theta = 10'000;
    std::optional<Llama3RopeScaling> rope_scaling{};
    bool tie_word_embeddings = true;
    bool qk_norm = false; // RMSNorm of each head of q and k before the rotary embedding (Qwen3)
};

} // namespace fp4::quant
