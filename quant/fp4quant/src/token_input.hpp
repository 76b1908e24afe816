// Token files as the commands take them.
#pragma once
#include <string>

#include "fp4/quant/model/tensor.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant {

// The given file, or tokens/<split>.safetensors of the model folder.
Result<TokenWindows> read_tokens(const std::string& given, const std::string& model,
                                 const std::string& split, uint64_t vocab_size);

// Every n-th window, `kept` of them, so that all files keep their share; all where kept is 0 or
// more than there are.
TokenWindows evenly_spread(TokenWindows tokens, uint64_t kept);

// [windows, length] int32.
Tensor windows_of(const TokenWindows& tokens);

} // namespace fp4::quant
