#include "fp4/quant/report/evaluated_windows.hpp"

namespace fp4::quant {

Result<EvaluatedWindows> evaluated_windows(const TokenWindows& tokens, std::span<const uint32_t> token_bytes) {
    if (tokens.length < 2) return Error{ErrorCode::bad_shape, "length: expected windows of at least 2 tokens, found " + std::to_string(tokens.length)};
    EvaluatedWindows out;
    out.predicted_tokens = tokens.length - 1;
    out.file.assign(tokens.file.begin(), tokens.file.end());
    out.domain.assign(tokens.domain.begin(), tokens.domain.end());
    out.domains = tokens.domains;
    for (uint64_t w = 0; w < tokens.count(); ++w) {
        const double bytes = tokens.bytes[w];
        if (token_bytes.empty()) {
            out.bytes.push_back(bytes * static_cast<double>(tokens.length - 1) / static_cast<double>(tokens.length));
            continue;
        }
        uint64_t sum = 0;
        for (const int32_t token : tokens.window(w)) {
            if (token < 0 || static_cast<size_t>(token) >= token_bytes.size())
                return Error{ErrorCode::bad_argument,
                             "window " + std::to_string(w) + ": expected tokens below " + std::to_string(token_bytes.size()) + ", found " + std::to_string(token)};
            sum += token_bytes[static_cast<size_t>(token)];
        }
        if (static_cast<double>(sum) != bytes)
            return Error{ErrorCode::bad_argument, "window " + std::to_string(w) + ": expected a tokenizer by which it has " + std::to_string(tokens.bytes[w]) +
                                                      " bytes, found " + std::to_string(sum)};
        out.bytes.push_back(bytes - token_bytes[static_cast<size_t>(tokens.window(w)[0])]);
    }
    return out;
}

} // namespace fp4::quant
