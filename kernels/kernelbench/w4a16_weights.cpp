#include "w4a16_weights.hpp"

#include <algorithm>

#include "bodies/w4a16.hpp"
#include "cuda/launch.hpp"
#include "w4a16_model.hpp"

namespace fp4::kernels::bench {

W4A16Weights::W4A16Weights(const PackedWeights& from)
    : panels(static_cast<size_t>(panels_size(from.operand.rows, from.operand.k))),
      operand(from.operand) {
    const PackPanels pack{from.operand, panels.as<uint8_t>()};
    must(launch(pack, pack.blocks(), 1, nullptr), "pack");
    must(cudaDeviceSynchronize(), "pack");
}

void W4A16Weights::multiply(const Memory& x, int32_t tokens, const Memory& y,
                            cudaStream_t stream) const {
    const auto arguments = w4a16_arguments(panels.as<uint8_t>(), operand, x.as<uint16_t>(), tokens,
                                           weight_scale, y.as<float>());
    const auto start = [&](const auto& kernel) {
        must(launch(kernel, kernel.blocks_x(), kernel.blocks_y(), stream), "w4a16");
    };
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

bool equals_golden(const PackedWeights& weights, std::string_view model, const Memory& x,
                   int32_t tokens, const Memory& y) {
    if (model.empty()) return true;
    const auto chosen = sample(weights.operand.rows, 24);
    auto w = weights.rows(chosen);
    w.tensor_scale = Fp32::from_float(weight_scale);
    const DenseMatrix inputs{Dense::f16, tokens, weights.operand.k,
                             x.read(0, static_cast<size_t>(tokens * weights.operand.k * 2))};
    const auto expected =
        w4a16_model(inputs, w, *std::ranges::find(dot_profiles, model, &DotProfile::name));
    if (!expected) return false;
    for (int32_t token = 0; token < tokens; ++token)
        for (size_t i = 0; i < chosen.size(); ++i) {
            const auto found =
                y.read(static_cast<size_t>((token * weights.operand.rows + chosen[i]) * 4), 4);
            const uint32_t word =
                found[0] | found[1] << 8 | found[2] << 16 | static_cast<uint32_t>(found[3]) << 24;
            if (word != (*expected)[static_cast<size_t>(token) * chosen.size() + i]) return false;
        }
    return true;
}

} // namespace fp4::kernels::bench
