// Activations of a real forward pass, into the file that traces are made from
// (traces/captured.hpp).
#pragma once
#include <filesystem>
#include <string>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/pipeline/checkpoint_layers.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct CaptureRequest {
    Tensor
        calibration; // [count, length] token ids: largest magnitudes, which static scales come from
    Tensor window;   // [length] token ids of the pass that is captured
    int64_t first = 0;      // of the captured positions
    int64_t positions = 16; // so many
    std::string model_sha256, tokens_sha256, calib_sha256;
};

// The inputs of every group of linears in every layer, of the unquantized model, computed in double
// and rounded once to float32: so the file has the same bytes on other machines unless a value lies
// within a double's rounding errors of a float32 midpoint. bad_argument: positions outside the
// window; not_finite.
Status capture_activations(const std::filesystem::path& path, const CausalLm& model,
                           const CaptureRequest& request);

// The inputs of every group of linears of a quantized checkpoint, from its own forward pass: in the
// hardware's arithmetic where weights and inputs are quantized, so that a trace of them multiplies
// what that pass multiplies, else in float32. amax is what a static input scale stands for; where
// the checkpoint has none, the captured window's largest magnitude. request.calibration is not
// used. Errors: those of the checkpoint's layers, of hardware_true, bad_argument for positions
// outside the window.
Status capture_quantized(const std::filesystem::path& path, CheckpointLayers& checkpoint,
                         const Arithmetic& arithmetic, const CaptureRequest& request);

} // namespace fp4::quant
