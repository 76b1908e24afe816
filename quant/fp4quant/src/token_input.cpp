#include "token_input.hpp"

#include "fp4/quant/pipeline/run_spec.hpp"

namespace fp4::quant {

Result<TokenWindows> read_tokens(const std::string& given, const std::string& model,
                                 const std::string& split, uint64_t vocab_size) {
    return read_token_windows(token_path(given, model, split), vocab_size);
}

TokenWindows evenly_spread(TokenWindows tokens, uint64_t kept) {
    if (kept == 0 || kept >= tokens.count()) return tokens;
    TokenWindows out{.length = tokens.length,
                     .files = tokens.files,
                     .domains = tokens.domains,
                     .split = tokens.split,
                     .sha256 = tokens.sha256};
    for (uint64_t i = 0; i < kept; ++i) {
        const uint64_t w = i * tokens.count() / kept;
        out.tokens.insert(out.tokens.end(), tokens.window(w).begin(), tokens.window(w).end());
        out.file.push_back(tokens.file[w]);
        out.domain.push_back(tokens.domain[w]);
        out.bytes.push_back(tokens.bytes[w]);
    }
    return out;
}

Tensor windows_of(const TokenWindows& tokens) {
    return torch::tensor(tokens.tokens, torch::kInt)
        .view({-1, static_cast<int64_t>(tokens.length)});
}

} // namespace fp4::quant
