// A weight matrix as the W4A16 kernel reads it, and that kernel for a number of tokens.
#pragma once
#include "bodies/w4a16.hpp"
#include "cuda/launch.hpp"
#include "packed_weights.hpp"

namespace fp4::kernels::bench {

inline constexpr float weight_scale = 0x1.8p-6f;

struct W4A16Weights {
    Memory panels;
    Operand operand; // its codes and scales are gone

    explicit W4A16Weights(const PackedWeights& from) : panels(static_cast<size_t>(panels_size(from.operand.rows, from.operand.k))), operand(from.operand) {
        const PackPanels pack{from.operand, panels.as<uint8_t>()};
        must(launch(pack, pack.blocks(), 1, nullptr), "pack");
        must(cudaDeviceSynchronize(), "pack");
    }

    // x: tokens x K binary16, y: tokens x N binary32.
    void multiply(const Memory& x, int32_t tokens, const Memory& y, cudaStream_t stream) const {
        const auto arguments = w4a16_arguments(panels.as<uint8_t>(), operand, x.as<uint16_t>(), tokens, weight_scale, y.as<float>());
        const auto start = [&](const auto& kernel) { must(launch(kernel, kernel.blocks_x(), kernel.blocks_y(), stream), "w4a16"); };
        if (tokens <= 8) {
            start(W4A16<1>{arguments});
        } else if (tokens <= 16) {
            start(W4A16<2>{arguments});
        } else if (tokens <= 32) {
            start(W4A16<4>{arguments});
        } else {
            start(W4A16<8>{arguments});
        }
    }
};

} // namespace fp4::kernels::bench
