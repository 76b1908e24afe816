#include "options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "engine_table.hpp"
#include "fp4sim_version.hpp"

namespace fp4::sim {
namespace {

std::optional<Format> rtl_format_from_name(std::string_view name) {
    const auto format = format_from_name(name);
    return format && spec_of(*format).in_rtl ? format : std::nullopt;
}

// What --format takes beside pairs.
std::string format_names() {
    std::string names = "razer";
    for (const auto& spec : format_specs)
        if (spec.in_rtl) names += ", " + std::string(spec.name);
    return names;
}

// "razer", a format name for both sides, or "W:A".
std::string parse_format(const std::string& text, Options& options) {
    if (text == "razer") {
        options.weight_format = Format::razer_w;
        options.activation_format = Format::razer_a;
        return "";
    }
    const size_t colon = text.find(':');
    const auto weights = rtl_format_from_name(text.substr(0, colon));
    const auto activations =
        colon == std::string::npos ? weights : rtl_format_from_name(text.substr(colon + 1));
    if (!weights || !activations)
        return "expected one of " + format_names() +
               " or WEIGHTS:ACTIVATIONS of two formats, found " + text;
    options.weight_format = *weights;
    options.activation_format = *activations;
    return "";
}

// "all", or numbers between commas, ascending.
std::string parse_layers(const std::string& text, Options& options) {
    options.layers.clear();
    options.all_layers = text == "all";
    if (options.all_layers) return "";
    const char *at = text.data(), *const stop = at + text.size();
    for (bool more = true; more;) {
        uint64_t layer = 0;
        const auto [end, code] = std::from_chars(at, stop, layer);
        const bool ascends = options.layers.empty() || layer > options.layers.back();
        if (code != std::errc{} || (end != stop && *end != ',') || !ascends)
            return "expected all or ascending numbers between commas, found " + text;
        options.layers.push_back(layer);
        more = end != stop;
        at = end + 1;
    }
    return "";
}

template <class Specs>
std::vector<std::string> names_of(const Specs& specs) {
    std::vector<std::string> names;
    for (const auto& spec : specs) names.emplace_back(spec.name);
    return names;
}

template <class Specs>
std::vector<std::string> rtl_names_of(const Specs& specs) {
    std::vector<std::string> names;
    for (const auto& spec : specs)
        if (spec.in_rtl) names.emplace_back(spec.name);
    return names;
}

// "rtl: Verilated RTL; golden: ...".
std::string engine_help() {
    std::string help;
    for (const EngineRow& row : engine_rows())
        help += std::string(row.name) + ": " + std::string(row.description) + "; ";
    return help + "each against golden's reference";
}

} // namespace

std::variant<Options, int> parse_options(int argc, char** argv) {
    Options options;
    CLI::App app{"Runs the matrix products of a model layer through the fp4_tensor_core RTL and "
                 "compares every output with the golden model, bit for bit."};
    app.footer("Exit status: 0 every output equal, 1 a mismatch, 2 bad input or usage, 3 internal "
               "error, 130 interrupted.");
    app.set_version_flag("--version", "simrun " FP4SIM_VERSION);
    app.get_formatter()->column_width(38);

    app.add_option("--trace", options.trace, "Trace: a name from --list-traces or a trace file")
        ->type_name("NAME|FILE")
        ->capture_default_str();
    app.add_option("--checkpoint", options.checkpoint,
                   "Hugging Face folder: packed weights are run as stored, plain ones quantized")
        ->type_name("DIR");
    auto* weights = app.add_option("--weights", options.weights,
                                   "safetensors file with a weight matrix to quantize and run")
                        ->type_name("FILE");
    auto* tensor =
        app.add_option("--tensor", options.tensor, "Name of that matrix")->type_name("NAME");
    weights->needs(tensor)->excludes("--trace")->excludes("--checkpoint");
    tensor->needs(weights);
    app.get_option("--checkpoint")->excludes("--trace");
    app.add_option("--activations", options.activations,
                   "Captured activations of the checkpoint (fp4quant capture); default: synthetic")
        ->type_name("FILE")
        ->needs("--checkpoint");
    app.add_option_function<std::string>(
           "--layer",
           [&](const std::string& text) {
               if (auto problem = parse_layers(text, options); !problem.empty())
                   throw CLI::ValidationError("--layer", problem);
           },
           "Decoder layers of the checkpoint: numbers between commas, or all (default 0)")
        ->type_name("LIST");
    app.add_option("--ops", options.ops, "Only these ops, separated by commas")
        ->delimiter(',')
        ->type_name("LIST");
    app.add_option("--tokens", options.tokens, "Rows of the activations")
        ->type_name("N")
        ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 20));
    std::string format_text;
    app.add_option_function<std::string>(
           "--format",
           [&](const std::string& text) {
               options.format = text;
               if (auto problem = parse_format(text, options); !problem.empty())
                   throw CLI::ValidationError("--format", problem);
           },
           format_names() + ", or WEIGHTS:ACTIVATIONS of two formats (default razer)")
        ->type_name("FORMAT");
    const auto add_special = [&](const char* flag, const char* help, uint8_t Specials::*value) {
        app.add_option_function<unsigned>(
               flag,
               [&options, value](unsigned halves) {
                   if (!options.specials) options.specials.emplace();
                   (*options.specials).*value = static_cast<uint8_t>(halves);
               },
               help)
            ->type_name("N")
            ->check(CLI::Range(1, special_max_halves));
    };
    add_special("--v1-halves",
                "First special value of the RaZeR formats, in half-units (default 10)",
                &Specials::v1_halves);
    add_special("--v2-halves", "Second special value of razer-w, in half-units (default 16)",
                &Specials::v2_halves);
    app.add_option("--profile", options.profile,
                   "Arithmetic that the RTL has (default: the configuration's)")
        ->type_name("NAME")
        ->check(CLI::IsMember(rtl_names_of(arithmetic_profiles)));
    app.add_option("--engine", options.engine, engine_help())
        ->type_name("NAME")
        ->check(CLI::IsMember(names_of(engine_rows())))
        ->capture_default_str();
    app.add_option("--config", options.config,
                   "Hardware: a YAML file or the name of one that is shipped")
        ->type_name("FILE|NAME")
        ->capture_default_str();
    app.add_option("--c", options.c,
                   "C input: zero or random (default: the trace's own, else zero)")
        ->type_name("KIND")
        ->check(CLI::IsMember({"zero", "random"}));
    std::string out_type = "f32";
    app.add_option("--d-type", out_type, "Type of the scaled outputs: f32, bf16 or f16")
        ->type_name("TYPE")
        ->check(CLI::IsMember(names_of(output_type_specs)))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Seed of synthetic values (default 0)")->type_name("N");
    app.add_option("--out", options.out,
                   "Write config.yaml, stats.json and junit.xml into this folder")
        ->type_name("DIR");
    app.add_flag(
        "--force", options.force,
        "Let --out, --dump-outputs and --dump-ops replace a folder that simrun did not write");
    app.add_option("--save-trace", options.save_trace, "Write the trace that is run")
        ->type_name("FILE");
    app.add_option("--dump-outputs", options.dump_outputs,
                   "Write all outputs (raw accumulators and scaled) into this folder")
        ->type_name("DIR");
    app.add_option("--dump-ops", options.dump_ops,
                   "Write operands and outputs of all ops as plain files into this folder "
                   "(kernelcheck --ops)")
        ->type_name("DIR");
    auto* fst = app.add_option("--fst", options.fst, "Write a waveform of the tensor core")
                    ->type_name("FILE");
    app.add_option("--fst-window", options.fst_window,
                   "Cycles to record (default: 1000 from tile 0 of the first op)")
        ->type_name("OP:TILE:CYCLES")
        ->needs(fst);
    app.add_option("--core-folder", options.core_folder,
                   "Folder with RTL cores to use instead of the built-in ones")
        ->type_name("DIR");
    app.add_flag("--list-traces", options.list_traces, "List the known traces");
    app.add_flag("--quiet", options.quiet, "No progress and no table; errors are still shown");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        std::string line = error.what();
        for (char& c : line)
            if (static_cast<unsigned char>(c) < ' ') c = ' ';
        std::fprintf(stderr, "simrun: %s (simrun --help lists the options)\n", line.c_str());
        return 2;
    }
    options.out_type = *output_type_from_name(out_type);
    return options;
}

} // namespace fp4::sim
