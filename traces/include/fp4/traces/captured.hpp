// Activations captured from a real forward pass of a checkpoint: a safetensors file beside the
// model, so that traces of them need no LibTorch.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/traces/make_trace.hpp"

namespace fp4::traces {

// Linears that read the same input: qkv, o, gate_up, down. Empty for an unknown op.
std::string input_group(std::string_view op);

// Per layer L and group G: `layers.L.G` F32 [tokens, K] and `layers.L.G.amax` F32 [], the largest
// magnitude over the calibration set that static activation scales come from. Metadata:
// `fp4sim.activations` = "1", `model_sha256`, `tokens`, `calibration`.
class CapturedActivations {
  public:
    static Result<CapturedActivations> open(const std::filesystem::path& path);

    struct Input {
        uint64_t tokens = 0;
        std::vector<float> values; // tokens * K
        float amax = 0;
    };

    // bad_file: no such tensor, another shape or type, a value that is not finite, an amax that is
    // not positive.
    Result<Input> input(uint64_t layer, std::string_view group, uint64_t k) const;

  private:
    explicit CapturedActivations(io::SafetensorsFile file) : file_(std::move(file)) {}

    io::SafetensorsFile file_;
};

// Name of that file in a model folder.
inline constexpr std::string_view captured_file_name = "activations.safetensors";

// Real weights and real activations of one layer. Tensor scales are those of the deployed model: of
// weights from the fused group's amax, of activations from the calibration set's. options.tokens:
// at most the captured ones. bad_argument, bad_file.
Result<Trace> make_captured_trace(const checkpoints::Checkpoint& checkpoint,
                                  const CapturedActivations& activations, uint64_t layer,
                                  const TraceOptions& options);

} // namespace fp4::traces
