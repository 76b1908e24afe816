#include "fp4/quant/pipeline/quantize_layer.hpp"

#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/quantizers/awq.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "fp4/quant/quantizers/fold.hpp"
#include "fp4/quant/quantizers/gptq.hpp"
#include "fp4/quant/quantizers/hadamard.hpp"
#include "fp4/quant/quantizers/smoothquant.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t factor_sample_rows = 2048;

std::vector<Tensor> weights_of(const LayerWeights& weights, LinearGroup group) {
    std::vector<Tensor> out;
    for (const LinearOp op : members(group)) out.push_back(weights[op]);
    return out;
}

bool has_sweep(const Scheme& scheme) {
    return scheme.method == Method::gptq || scheme.method == Method::mr_gptq;
}

class LayerQuantizer {
  public:
    LayerQuantizer(const DecoderConfig& config, const RopeTable& rope, const Scheme& scheme,
                   const FaarOptions& faar, size_t index)
        : config_(config), rope_(rope), scheme_(scheme), faar_(faar), index_(index) {}

    Result<QuantizedLayer> run(const LayerWeights& weights, const ResidualStream& reference,
                               const ResidualStream& quantized) {
        QuantizedLayer out{.plain = weights};
        if (scheme_.method == Method::mr_gptq) out.hadamard = scheme_.hadamard;
        for (const auto& step : {&LayerQuantizer::fold_factors, &LayerQuantizer::fix_input_scales})
            FP4_TRY((this->*step)(out, reference));
        if (!scheme_.weights) return out;
        FP4_TRY(encode(out, quantized));
        if (scheme_.method == Method::faar)
            FP4_TRY(round_layer(out, weights, config_, rope_, scheme_, reference, quantized, faar_,
                                index_));
        out.plain.linears = {};
        return out;
    }

  private:
    // Later linears first: folding into v and up changes the weights of their groups.
    Status fold_factors(QuantizedLayer& out, const ResidualStream& reference) {
        if (!has_factors(scheme_)) return Done{};
        FP4_TRY_ASSIGN(const auto inputs,
                       observe_inputs(reference, reference_layer(out.plain), config_, rope_,
                                      {.gram = false, .sample_rows = factor_sample_rows}));
        for (const LinearGroup group :
             {LinearGroup::down, LinearGroup::gate_up, LinearGroup::o, LinearGroup::qkv}) {
            const auto& sample = inputs[static_cast<size_t>(group)].sample;
            const auto linears = weights_of(out.plain, group);
            ShareFactors share;
            if (group == LinearGroup::o)
                share = [&](const Tensor& factors) { return shared_by_kv_group(factors, config_); };
            FP4_TRY_ASSIGN(const auto best,
                           scheme_.method == Method::awq
                               ? awq_factors(linears, sample, scheme_, share)
                               : smoothquant_factors(linears, sample, scheme_, share));
            fold(out.plain, config_, group, best.factors);
        }
        return Done{};
    }

    Status fix_input_scales(QuantizedLayer& out, const ResidualStream& reference) {
        if (!scheme_.activations || scheme_.activation_scale != ActivationScale::fixed)
            return Done{};
        ObserveOptions options;
        if (out.hadamard)
            options.transform = [&](LinearGroup, const Tensor& input) -> Result<Tensor> {
                return block_hadamard(input, out.hadamard);
            };
        FP4_TRY_ASSIGN(const auto inputs, observe_inputs(reference, reference_layer(out.plain),
                                                         config_, rope_, options));
        for (size_t group = 0; group < inputs.size(); ++group)
            out.input_scale[group] = activation_scale(scheme_, inputs[group].amax());
        return Done{};
    }

    // What a linear's input is when the layer runs quantized.
    Result<Tensor> quantized_input(const QuantizedLayer& layer, LinearGroup group,
                                   const Tensor& input) const {
        const auto x = layer.hadamard ? block_hadamard(input, layer.hadamard) : input;
        if (!scheme_.activations) return x;
        return fake_quantize(x, scheme_, layer.input_scale[static_cast<size_t>(group)]);
    }

    Status encode(QuantizedLayer& out, const ResidualStream& quantized) {
        std::array<InputStatistics, 4> inputs;
        if (has_sweep(scheme_)) {
            const auto transform = [&](LinearGroup group, const Tensor& input) {
                return quantized_input(out, group, input);
            };
            FP4_TRY_ASSIGN(
                auto observed,
                observe_inputs(quantized, reference_layer(out.plain), config_, rope_,
                               {.gram = true, .sample_rows = 0, .transform = transform}));
            inputs = std::move(observed);
        }
        for (const LinearGroup group : linear_groups) {
            auto linears = weights_of(out.plain, group);
            if (out.hadamard)
                for (Tensor& linear : linears) linear = block_hadamard(linear, out.hadamard);
            FP4_TRY_ASSIGN(auto encoded, encode_group(linears, *scheme_.weights, scheme_));
            if (!scheme_.own_scale_per_tensor)
                out.weight_scale[static_cast<size_t>(group)] = encoded.scales.front();
            for (size_t i = 0; const LinearOp op : members(group)) {
                auto& packed = encoded.members[i];
                if (has_sweep(scheme_)) {
                    FP4_TRY_ASSIGN(auto swept,
                                   gptq(linears[i], inputs[static_cast<size_t>(group)].gram, packed,
                                        scheme_.weights->encoder, encoded.scales[i], {}));
                    packed = std::move(swept);
                }
                out.linears[static_cast<size_t>(op)] = std::move(packed);
                ++i;
            }
        }
        return Done{};
    }

    const DecoderConfig& config_;
    const RopeTable& rope_;
    const Scheme& scheme_;
    const FaarOptions& faar_;
    size_t index_;
};

} // namespace

bool has_factors(const Scheme& scheme) {
    return scheme.method == Method::awq || scheme.method == Method::smoothquant;
}

bool needs_reference_stream(const Scheme& scheme) {
    return has_factors(scheme) || scheme.method == Method::faar ||
           (scheme.activations && scheme.activation_scale == ActivationScale::fixed);
}

bool needs_quantized_stream(const Scheme& scheme) {
    return scheme.weights && (has_sweep(scheme) || scheme.method == Method::faar);
}

Result<QuantizedLayer> quantize_layer(const LayerWeights& weights, const DecoderConfig& config,
                                      const RopeTable& rope, const Scheme& scheme,
                                      const ResidualStream& reference,
                                      const ResidualStream& quantized, const FaarOptions& faar,
                                      size_t index) {
    return LayerQuantizer(config, rope, scheme, faar, index).run(weights, reference, quantized);
}

} // namespace fp4::quant
