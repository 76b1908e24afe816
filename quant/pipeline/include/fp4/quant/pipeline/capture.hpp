// Activations of a real forward pass, into the file that traces are made from
// (traces/captured.hpp).
#pragma once
#include <filesystem>
#include <string>

#include "fp4/quant/model/causal_lm.hpp"
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

} // namespace fp4::quant
