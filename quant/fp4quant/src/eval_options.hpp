#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "fp4/arithmetic.hpp"
#include "fp4/quant/evaluate/score_windows.hpp"
#include "machine.hpp"

namespace fp4::quant {

struct EvalOptions {
    std::string model, reference, method, acts = "W4A4", profile = "fake", calib, tokens, out, name,
                                          device = "auto", commit = "unknown";
    uint64_t windows = 0, difference_windows = 16;
    ScoreOptions score;
    int threads = default_threads();
    double max_memory_gib = 0;
    bool with_rtn = false, resume = false, quiet = false;

    bool is_plain() const { return reference.empty(); }
    const std::string& reference_folder() const { return is_plain() ? model : reference; }
};

void add_eval_options(CLI::App& command, EvalOptions& options);

// The arithmetic that --profile names, null for fake quantization, once the options fit each other
// and the folders they name: a plain checkpoint alone, or a quantized one beside its reference.
Result<const Arithmetic*> checked_arithmetic(const EvalOptions& options);

} // namespace fp4::quant
