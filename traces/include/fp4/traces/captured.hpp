// Activations captured from a real forward pass of a model, plain or quantized: a safetensors file
// beside it, so that traces of them need no LibTorch.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "fp4/checkpoints/linear_op.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::traces {

// Per layer L and group G: `layers.L.G` F32 [tokens, K] and `layers.L.G.amax` F32 [], the largest
// magnitude over the calibration set that static activation scales come from. Metadata:
// `fp4sim.activations` = "1", `model_sha256`, `tokens_sha256`, `calib_sha256`, `first_position`.
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
    Result<Input> input(uint64_t layer, checkpoints::LinearGroup group, uint64_t k) const;

  private:
    explicit CapturedActivations(io::SafetensorsFile file) : file_(std::move(file)) {}

    io::SafetensorsFile file_;
};

// Name of that file in a model folder.
inline constexpr std::string_view captured_file_name = "activations.safetensors";

} // namespace fp4::traces
