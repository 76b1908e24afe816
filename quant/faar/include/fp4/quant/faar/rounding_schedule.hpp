// How the weights of a rounding loss move over a run.
#pragma once
#include <cstdint>

namespace fp4::quant {

struct RoundingSchedule {
    int64_t steps = 0;
    double learning_rate = 0;             // of the first step; falls along a cosine to a tenth
    double beta_start = 4, beta_end = 20; // of E3, log-linear
    double lambda_max = 0;                // of the last step
    double lambda_start_share =
        1e-4; // of lambda_max at the first step, rising exponentially; 1: constant

    // step: 0 .. steps - 1.
    double learning_rate_at(int64_t step) const;
    double beta_at(int64_t step) const;
    double lambda_at(int64_t step) const;
};

} // namespace fp4::quant
