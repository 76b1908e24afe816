// What the windows of an evaluation are, apart from any model's scores on them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fp4/quant/tokens/token_file.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct EvaluatedWindows {
    uint64_t predicted_tokens = 0; // of each window: all but its first
    std::vector<uint32_t> file;    // per window
    std::vector<uint32_t> domain;  // per window, an index into `domains`
    std::vector<double> bytes;     // per window: UTF-8 bytes that its predicted tokens stand for
    std::vector<std::string> domains;
};

// A token file counts the bytes of all of a window's tokens; nothing predicts the first one. With the tokenizer's `token_bytes` (bytes by token id, 0 for BOS)
// the first token's bytes are taken off exactly, and every window's count is checked: bad_argument names the window of a tokenizer that does not fit.
// With an empty `token_bytes` a window is given the share (length - 1) / length of its bytes, which is right on average where BOS tokens are rare.
Result<EvaluatedWindows> evaluated_windows(const TokenWindows& tokens, std::span<const uint32_t> token_bytes);

} // namespace fp4::quant
