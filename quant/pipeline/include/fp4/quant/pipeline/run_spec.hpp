// What a command is asked for: as words, and as values that fit each other.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/checkpoints/layout.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// The command line's words, unchecked. Empty: not given.
struct RunWords {
    std::string model, reference, method, format, acts = "W4A4", layout, profile = "fake";
    std::string calib, align, tokens, faar = "best", out, device = "auto";
    uint64_t seed = 1, windows = 0;
    int64_t windows_at_once = 8;
    int v2_halves = Specials{}.v2_halves;
    int threads = 1;
    double max_memory_gib = 0;
    bool resume = false, force = false, quiet = false;
};

struct RunSpec {
    std::filesystem::path model;     // what is quantized or scored
    std::filesystem::path reference; // the plain checkpoint: `model` itself, or what it was made of
    const NamedMethod* method = nullptr; // null: the model as it is, or every row of the table
    Acts acts = Acts::w4a4;
    Scheme scheme; // of method and acts
    checkpoints::Layout layout{};
    const Arithmetic* arithmetic = nullptr; // null: fake quantization
    FaarRecipe recipe;                      // the seed of its second stage is the run's
    std::filesystem::path calibration, alignment, tokens; // token files, the last to evaluate on
    uint64_t windows = 0;                                 // of those, evenly spread; 0: all
    int64_t windows_at_once = 8; // calibration windows that go through a layer together
    torch::Device device = torch::kCPU;
    int threads = 1;
    double max_memory_gib = 0; // 0: no limit
    std::filesystem::path out; // empty: nothing is written
    bool resume = false, force = false, quiet = false;

    bool scores_checkpoint() const { return reference != model; }
};

// The file that was given, or tokens/<split>.safetensors of a model's folder.
std::filesystem::path token_path(const std::string& given, const std::filesystem::path& model,
                                 const std::string& split);

// Everything that the words alone, and the layouts of the folders that they name, can be wrong in.
// unknown_name or bad_argument, naming the option, what it takes and what was found.
Result<RunSpec> quantize_spec(const RunWords& words); // a method's checkpoint, in a layout
Result<RunSpec> eval_spec(const RunWords& words);     // a plain model, or a quantized one
Result<RunSpec> table_spec(const RunWords& words);    // every method

} // namespace fp4::quant
