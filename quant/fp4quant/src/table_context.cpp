#include "table_context.hpp"

#include "machine.hpp"

namespace fp4::quant {

TableContext context_of(const TokenWindows& tokens, const TokenWindows& calibration,
                        const std::string& model_sha256, const std::string& commit, int threads,
                        torch::Device device) {
    return {.domains = tokens.domains,
            .windows = tokens.count(),
            .calib_tokens = calibration.tokens.size(),
            .calib_sha256 = calibration.sha256,
            .model_sha256 = model_sha256,
            .tokens_sha256 = tokens.sha256,
            .commit = commit,
            .cpu = cpu_name(),
            .blas = device.is_cpu() ? blas_name() : device.str(),
            .threads = static_cast<uint64_t>(threads),
            .command = {}};
}

} // namespace fp4::quant
