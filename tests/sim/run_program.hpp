// simrun, as a user would run it.
#pragma once
#include "child_process.hpp"

namespace fp4::test {

// FP4_SIMRUN with these arguments. Standard input is empty.
inline ProgramResult simrun(const std::vector<std::string>& arguments) {
    return run_program(FP4_SIMRUN, arguments);
}

// The same, sent `signal` after a while.
inline ProgramResult simrun_interrupted(const std::vector<std::string>& arguments, int signal,
                                        int after_ms) {
    return run_program(FP4_SIMRUN, arguments, {}, signal, after_ms);
}

} // namespace fp4::test
