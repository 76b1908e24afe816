// The command line of simrun.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/formats/format.hpp"

namespace fp4::sim {

struct Options {
    std::string trace = "llama3-1b-layer0"; // recipe name or file
    std::string checkpoint;                 // folder
    std::string weights, tensor;            // one tensor of a safetensors file
    std::string activations;                // captured ones of the checkpoint; empty: synthetic
    std::vector<uint64_t> layers;           // of the checkpoint; empty: the first, or all_layers
    bool all_layers = false;
    bool layers_given() const { return all_layers || !layers.empty(); }
    std::optional<uint64_t> tokens, seed;
    std::vector<std::string> ops;
    std::optional<std::string> format;
    std::optional<Format> weight_format, activation_format; // as format says
    std::optional<Specials> specials;
    std::string profile;        // empty: the configuration's
    std::string engine = "rtl"; // name of an engine_row
    std::string config = "default";
    std::string out;
    bool force = false;
    std::optional<std::string> c; // zero or random; none: the trace's own C, else zero
    OutputType out_type = OutputType::f32;
    std::string fst;
    std::string fst_window;
    std::string save_trace, dump_outputs, dump_ops;
    std::string core_folder; // RTL cores; empty: those built with simrun
    bool list_traces = false;
    bool quiet = false;
};

// Options, or the exit status after --help, --version (printed) or a usage error (one line on
// stderr, status 2).
std::variant<Options, int> parse_options(int argc, char** argv);

} // namespace fp4::sim
