#pragma once

#include <cstdint>

#include "fp4/quant/faar/input_moments.hpp"
#include "fp4/quant/faar/rounding_choices.hpp"
#include "random_tensors.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant::test {

// A random linear of n outputs and k inputs, its roundings, and moments of 4k correlated inputs, the quantised
// ones `input_noise` away from the reference's.
struct RoundedLayer {
    Tensor w;
    RoundingChoices choices;
    InputMoments moments;

    RoundedLayer(int64_t n, int64_t k, const Side& side, double input_noise = 0) {
        Random random(11);
        w = random.normal({n, k});
        const auto x = correlated_inputs(random, 4 * k, k);
        if (input_noise == 0)
            moments.add(x);
        else
            moments.add(x, x + input_noise * random.normal({4 * k, k}));
        const auto start = rounded(w, side);
        choices = *rounding_choices(w, start.packed, side.encoder, start.scale);
    }

    double loss(const Tensor& v) const { return output_loss(moments, w, hardened_values(choices, v)); }
};

} // namespace fp4::quant::test
