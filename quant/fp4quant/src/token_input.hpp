// Token files as the commands take them.
#pragma once
#include <string>

#include "fp4/quant/model/tensor.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant {

// The given file, or tokens/<split>.safetensors of the model folder.
Result<TokenWindows> read_tokens(const std::string& given, const std::string& model, const std::string& split, uint64_t vocab_size);

// [windows, length] int32.
Tensor windows_of(const TokenWindows& tokens);

} // namespace fp4::quant
