// Hard roundings of a whole model, flipped where its predictions come nearer to the reference's.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "fp4/quant/faar/output_curvature.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct RefineOptions {
    int64_t rounds = 4;
    int64_t windows_at_once = 8;
    double caution =
        2; // the quadratic loss counts so many times; fourfold after a round that made things worse
    double measured_share = 0.25; // of the windows: they judge a round and give no gradient
};

struct RefineRound {
    int64_t round = 0;
    double kl_before = 0, kl_after = 0; // of the measured windows, nats a token
    double caution = 0;
    uint64_t flips = 0;
    bool kept = false;
};

// Each round takes the gradient of the KL divergence by every value at the hard model, over the
// windows, and flips roundings of all linears under the quadratic model that it makes with
// `curvature` (of the reference, by layer) and the second moments of the linears' quantized inputs;
// what does not lower the divergence of the measured windows is undone. model: the reference, in
// memory. start: as SoftLayer takes it. Errors: those of SoftLayer::make, a linear that fails,
// bad_argument for fewer than two windows or another count of layers or curvatures.
Result<std::vector<QuantizedLayer>>
refine_roundings(const CausalLm& model, std::vector<QuantizedLayer> start, const Scheme& scheme,
                 const Tensor& windows, const std::vector<LayerCurvature>& curvature,
                 const RefineOptions& options,
                 const std::function<void(const RefineRound&)>& on_round = {});

} // namespace fp4::quant
