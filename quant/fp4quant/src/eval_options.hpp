#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "fp4/quant/evaluate/score_windows.hpp"
#include "fp4/quant/pipeline/run_spec.hpp"
#include "machine.hpp"

namespace fp4::quant {

struct EvalOptions {
    RunWords run{.threads = default_threads()};
    std::string name, commit = "unknown", simrun;
    uint64_t difference_windows = 16;
    ScoreOptions score;
    bool with_rtn = false, through_rtl = false;
};

void add_eval_options(CLI::App& command, EvalOptions& options);

} // namespace fp4::quant
