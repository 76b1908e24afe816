// The commands of fp4quant: each adds its options to the command line and, when chosen, sets what
// is run.
#pragma once
#include <functional>

#include "fp4/result.hpp"

namespace CLI {
class App;
}

namespace fp4::quant {

inline constexpr const char* device_help = "cpu, cuda, or auto: a GPU where LibTorch has one";

enum class Verdict { pass, differs };
using Outcome = Result<Verdict>;
using Run = std::function<Outcome()>;

void add_capture_command(CLI::App& app, Run& run);
void add_check_command(CLI::App& app, Run& run);
void add_code_books_command(CLI::App& app, Run& run);
void add_convert_command(CLI::App& app, Run& run);
void add_eval_command(CLI::App& app, Run& run);
void add_inspect_command(CLI::App& app, Run& run);
void add_nmse_command(CLI::App& app, Run& run);
void add_quantize_command(CLI::App& app, Run& run);
void add_table_command(CLI::App& app, Run& run);
void add_trace_command(CLI::App& app, Run& run);
void add_train_command(CLI::App& app, Run& run);
void add_verify_command(CLI::App& app, Run& run);

} // namespace fp4::quant
