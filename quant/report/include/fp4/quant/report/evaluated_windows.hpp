// What the windows of an evaluation are, apart from any model's scores on them.
#pragma once
#include <cstdint>
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

// bad_shape: windows of fewer than two tokens.
Result<EvaluatedWindows> evaluated_windows(const TokenWindows& tokens);

} // namespace fp4::quant
