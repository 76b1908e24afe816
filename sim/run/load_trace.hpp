// From the command line's words to a trace.
#pragma once
#include "fp4/traces/trace.hpp"
#include "options.hpp"
#include "program_files.hpp"

namespace fp4::sim {

struct NamedTrace {
    std::string name; // recipe, file or folder as given
    traces::Trace trace;
};

Result<NamedTrace>
load_trace(const Options& options, const ProgramFiles& files,
           const std::function<void(std::string_view op, size_t index, size_t count)>& on_op);

} // namespace fp4::sim
