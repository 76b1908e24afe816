// What is done to a model: the method, the formats of both sides, and the parameters they leave
// open.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/encode.hpp"

namespace fp4::quant {

enum class Method : uint8_t {
    rtn,         // every weight by the encoder, alone
    gptq,        // column by column, rounding errors passed on to later columns
    mr_gptq,     // gptq after a block Hadamard transform, scales of least squared error
    awq,         // per-channel factors from activation magnitudes, folded into the previous op
    faar,        // every weight's rounding learned: up or down between the neighboring values
    smoothquant, // per-channel factors from activation and weight magnitudes, folded likewise
};

// Of activations: over the calibration set (what hardware and exports use), over one call, over one
// token.
enum class ActivationScale : uint8_t { fixed, call, token };

struct Side {
    Format format = Format::nvfp4;
    Encoder encoder = Encoder::nv;
};

struct Scheme {
    Method method = Method::rtn;
    std::optional<Side> weights{};     // none: they stay as they are (W16A4)
    std::optional<Side> activations{}; // none: they stay as they are (W4A16)
    Specials specials{};
    int e3m3_max = e3m3_max_default;
    ActivationScale activation_scale = ActivationScale::fixed;
    bool own_scale_per_tensor = false; // else the members of a fused group share one tensor scale
    int64_t hadamard = 0;              // block of the transform of mr_gptq; 0: none
};

} // namespace fp4::quant
