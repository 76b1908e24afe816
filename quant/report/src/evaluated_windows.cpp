#include "fp4/quant/report/evaluated_windows.hpp"

namespace fp4::quant {

Result<EvaluatedWindows> evaluated_windows(const TokenWindows& tokens) {
    if (tokens.length < 2)
        return Error{ErrorCode::bad_shape, "length: expected windows of at least 2 tokens, found " +
                                               std::to_string(tokens.length)};
    return EvaluatedWindows{.predicted_tokens = tokens.length - 1,
                            .file = {tokens.file.begin(), tokens.file.end()},
                            .domain = {tokens.domain.begin(), tokens.domain.end()},
                            .bytes = {tokens.bytes.begin(), tokens.bytes.end()},
                            .domains = tokens.domains};
}

} // namespace fp4::quant
