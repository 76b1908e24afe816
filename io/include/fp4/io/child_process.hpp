// Another program, run to its end.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::io {

struct ProgramEnd {
    int status = 0;  // exit status; 128 + the signal's number where one ended it
    std::string err; // what it wrote to standard error
};

// Runs `program` with these arguments, standard input empty and standard output shared with this
// program's. Nothing is looked up in PATH and no shell is involved. bad_file where it cannot be
// started, naming it and the system's reason.
Result<ProgramEnd> run_program(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments);

// The path of the running program. bad_file.
Result<std::filesystem::path> this_program();

} // namespace fp4::io
