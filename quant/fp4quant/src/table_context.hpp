// What a table says of how it was made.
#pragma once
#include <string>

#include "fp4/quant/model/tensor.hpp"
#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant {

// All but `command`. `calibration` is empty where nothing was calibrated.
TableContext context_of(const TokenWindows& tokens, const TokenWindows& calibration,
                        const std::string& model_sha256, const std::string& commit, int threads,
                        torch::Device device);

} // namespace fp4::quant
