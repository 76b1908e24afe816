// fp4quant: quantises, evaluates, exports and trains decoder models.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>

#include "commands.hpp"

int main(int argc, char** argv) {
    CLI::App app("4-bit block formats on real models", "fp4quant");
    app.require_subcommand(1);
    fp4::quant::Run run;
    for (const auto add :
         {fp4::quant::add_capture_command, fp4::quant::add_quantize_command, fp4::quant::add_table_command, fp4::quant::add_trace_command, fp4::quant::add_train_command})
        add(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        fmt::print(stderr, "fp4quant: {}\n", error.what());
        return 2;
    }
    try {
        if (const auto status = run(); !status) {
            fmt::print(stderr, "fp4quant: {}\n", status.error().message);
            return 2;
        }
    } catch (const std::exception& error) {
        const std::string text = error.what();
        fmt::print(stderr, "fp4quant: internal error: {}\n", text.substr(0, text.find('\n')));
        return 3;
    }
    return 0;
}
