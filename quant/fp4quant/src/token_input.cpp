#include "token_input.hpp"

namespace fp4::quant {

Result<TokenWindows> read_tokens(const std::string& given, const std::string& model, const std::string& split, uint64_t vocab_size) {
    const auto path = given.empty() ? std::filesystem::path(model) / "tokens" / (split + ".safetensors") : std::filesystem::path(given);
    return read_token_windows(path, vocab_size);
}

Tensor windows_of(const TokenWindows& tokens) { return torch::tensor(tokens.tokens, torch::kInt).view({-1, static_cast<int64_t>(tokens.length)}); }

} // namespace fp4::quant
