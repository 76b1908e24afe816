// Runs simrun as a user would and keeps what it said.
#pragma once
#include <string>
#include <vector>

#include "test_files.hpp"

namespace fp4::test {

struct ProgramResult {
    int status; // exit status; 128 + signal when it was killed
    std::string out;
    std::string err;

    size_t err_lines() const;
};

// FP4_SIMRUN with these arguments. Standard input is empty.
ProgramResult simrun(const std::vector<std::string>& arguments);

// The same, sent `signal` after a while.
ProgramResult simrun_interrupted(const std::vector<std::string>& arguments, int signal, int after_ms);

// A TempDir whose paths are words for a command line.
class TemporaryFolder : public TempDir {
  public:
    std::string operator/(std::string_view name) const { return path() / name; }
};

} // namespace fp4::test
