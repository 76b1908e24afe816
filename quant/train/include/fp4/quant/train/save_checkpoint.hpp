// A trained model as a Hugging Face folder.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// config.json as transformers writes it for LlamaForCausalLM; beginning-of-sequence token 1, end 2.
std::string config_json(const DecoderConfig& config);

// Writes config.json and model.safetensors (parameters rounded to bfloat16, nearest even) into an
// existing folder.
Status save_checkpoint(const std::filesystem::path& directory, const CausalLm& model);

} // namespace fp4::quant
