// What a model is quantized to: the formats of both sides, and the parameters they leave open. How
// its codes are found is a Quantizer's.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fp4/encode/encode.hpp"

namespace fp4::quant {

// What the tensor scale of activations is made for: the calibration set (what hardware and exports
// use), one call, or one token.
enum class ActivationScale : uint8_t { fixed, call, token };

struct Side {
    Format format = Format::nvfp4;
    Encoder encoder = Encoder::nv;
};

struct Scheme {
    std::optional<Side> weights{};     // none: they stay as they are (W16A4)
    std::optional<Side> activations{}; // none: they stay as they are (W4A16)
    Specials specials{};
    int e3m3_max = e3m3_max_default;
    ActivationScale activation_scale = ActivationScale::fixed;
    bool own_scale_per_tensor = false; // else the members of a fused group share one tensor scale
};

} // namespace fp4::quant
