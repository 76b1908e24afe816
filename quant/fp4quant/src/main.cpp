// fp4quant: quantizes, evaluates, exports and trains decoder models.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>

#include "commands.hpp"
#include "machine.hpp"

int main(int argc, char** argv) {
    fp4::quant::choose_blas_kernels(argv);
    CLI::App app("4-bit block formats on real models", "fp4quant");
    app.require_subcommand(1);
    using namespace fp4::quant;
    Run run;
    for (const auto add :
         {add_quantize_command, add_eval_command, add_table_command, add_trace_command,
          add_capture_command, add_convert_command, add_verify_command, add_inspect_command,
          add_check_command, add_train_command, add_nmse_command, add_code_books_command})
        add(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        fmt::print(stderr, "fp4quant: {}\n", error.what());
        return 2;
    }
    try {
        const auto outcome = run();
        if (!outcome) {
            fmt::print(stderr, "fp4quant: {}\n", outcome.error().message);
            return 2;
        }
        return *outcome == Verdict::pass ? 0 : 1;
    } catch (const std::exception& error) {
        const std::string text = error.what();
        fmt::print(stderr, "fp4quant: internal error: {}\n", text.substr(0, text.find('\n')));
        return 3;
    }
}
