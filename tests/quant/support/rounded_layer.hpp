#pragma once

#include <cstdint>

#include "fp4/quant/faar/output_loss.hpp"
#include "fp4/quant/faar/rounding_choices.hpp"
#include "random_tensors.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant::test {

// A random linear of n outputs and k inputs, its roundings, and moments of 4k correlated inputs,
// the quantized ones `input_noise` away from the reference's, and a random curvature of its
// outputs.
struct RoundedLayer {
    Tensor w;
    TensorScale scale{};
    RoundingChoices choices;
    InputMoments moments;
    Tensor curvature; // undefined unless asked for

    RoundedLayer(int64_t n, int64_t k, const Side& side, double input_noise = 0,
                 bool with_curvature = false) {
        Random random(11);
        w = random.normal({n, k});
        const auto x = correlated_inputs(random, 4 * k, k);
        if (input_noise == 0)
            moments.add(x);
        else
            moments.add(x, x + input_noise * random.normal({4 * k, k}));
        if (with_curvature) {
            const auto half = random.normal({n, n + 1}).to(torch::kDouble);
            curvature = torch::mm(half, half.t());
        }
        const auto start = rounded(w, side);
        scale = start.scale;
        choices = *rounding_choices(w, start.packed, side.encoder, start.scale);
    }

    OutputLoss output_loss() const { return OutputLoss(moments, curvature); }
    double loss(const Tensor& v) const {
        return output_loss().value(w, hardened_values(choices, v));
    }
};

} // namespace fp4::quant::test
