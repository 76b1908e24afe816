// What one forward pass of a model says about each window, next to the reference model: sums over
// the window's predicted tokens.
#pragma once
#include <cstdint>
#include <vector>

namespace fp4::quant {

struct WindowScores {
    std::vector<double> nll;    // nats: -ln q(next token)
    std::vector<double> kl;     // nats: sum_k p_k (ln p_k - ln q_k) over the full vocabulary, p the
                                // reference; 0 for the reference itself
    std::vector<uint32_t> top1; // tokens whose most likely successor is the reference's
    uint64_t tokens_per_window = 0; // predicted: one less than the window's length
};

} // namespace fp4::quant
