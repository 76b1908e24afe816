// One run of the program, from parsed options to the exit status.
#pragma once
#include "fp4/result.hpp"
#include "options.hpp"

namespace fp4::sim {

enum ExitStatus {
    exit_pass = 0,
    exit_mismatch = 1,
    exit_bad_input = 2,
    exit_internal = 3,
    exit_interrupted = 130
};

// Errors are bad input, to be shown in one line with exit status 2.
Result<ExitStatus> simrun(const Options& options);

} // namespace fp4::sim
