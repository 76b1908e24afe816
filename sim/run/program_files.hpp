// Where the program finds what was installed with it: <prefix>/bin/simrun, <prefix>/share/fp4sim,
// <prefix>/lib/fp4sim. A build folder has the same shape.
#pragma once
#include <filesystem>

#include "fp4/result.hpp"

namespace fp4::sim {

struct ProgramFiles {
    std::filesystem::path recipes;
    std::filesystem::path models; // folders that recipes name
    std::filesystem::path configs;
    std::filesystem::path cores;

    // From the path of the running program.
    static Result<ProgramFiles> locate();
};

} // namespace fp4::sim
