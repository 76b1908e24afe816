// The files of a checkpoint folder beside its weights.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

namespace fp4::checkpoints {

// Copied to an output unchanged.
inline constexpr std::array<std::string_view, 10> copied_files{"generation_config.json",
                                                               "tokenizer.json",
                                                               "tokenizer_config.json",
                                                               "special_tokens_map.json",
                                                               "added_tokens.json",
                                                               "vocab.json",
                                                               "merges.txt",
                                                               "tokenizer.model",
                                                               "chat_template.jinja",
                                                               "chat_template.json"};

// Whether an output of this program may have a file of that name.
inline bool is_output_file(std::string_view name) {
    return name.ends_with(".safetensors") || name == "config.json" ||
           name == "hf_quant_config.json" || name == "model.safetensors.index.json" ||
           name == "razer.index.json" ||
           std::ranges::find(copied_files, name) != copied_files.end();
}

} // namespace fp4::checkpoints
