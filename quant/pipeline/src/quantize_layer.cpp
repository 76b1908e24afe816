#include "fp4/quant/pipeline/quantize_layer.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/pipeline/observe_pairs.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t factor_sample_rows = 2048;

// What the calibration windows show of one layer.
class ObservedInputs final : public LayerInputs {
  public:
    ObservedInputs(const LayerWeights& weights, const Scheme& scheme, const DecoderConfig& config,
                   const RopeTable& rope, const ResidualStream& reference,
                   const ResidualStream& quantized)
        : scheme_(scheme), config_(config), rope_(rope), reference_(reference),
          quantized_(quantized), plain_model_(reference_layer(weights)) {}

    Status visit(LinearGroup group, const QuantizedLayer& layer, bool behind_quantized,
                 const Visit& visit) override {
        FP4_TRY_ASSIGN(const auto model,
                       fake_quantized(std::make_shared<const QuantizedLayer>(layer), scheme_));
        const ObservedSide plain{reference_, plain_model_}, quantized{quantized_, model};
        return observe_pairs(
            group, plain, behind_quantized ? quantized : plain,
            [&](const Tensor& input) { return quantized_input(layer, group, input); }, config_,
            rope_, visit);
    }

    Result<GroupTensors> samples() const {
        FP4_TRY_ASSIGN(const auto inputs, observe_inputs(reference_, plain_model_, config_, rope_,
                                                         {.sample_rows = factor_sample_rows}));
        GroupTensors out;
        for (size_t group = 0; group < inputs.size(); ++group) out[group] = inputs[group].sample;
        return out;
    }

    // Second moments of the inputs of `layer`, whose weights are not encoded yet.
    Result<GroupTensors> grams(const QuantizedLayer& layer) const {
        const auto transform = [&](LinearGroup group, const Tensor& input) {
            return quantized_input(layer, group, input);
        };
        FP4_TRY_ASSIGN(const auto inputs,
                       observe_inputs(quantized_, reference_layer(layer.plain), config_, rope_,
                                      {.gram = true, .transform = transform}));
        GroupTensors out;
        for (size_t group = 0; group < inputs.size(); ++group) out[group] = inputs[group].gram;
        return out;
    }

    Status fix_input_scales(QuantizedLayer& layer) const {
        const auto transform = [&](LinearGroup group, const Tensor& input) -> Result<Tensor> {
            return layer.transformed(group, input);
        };
        FP4_TRY_ASSIGN(const auto inputs, observe_inputs(reference_, reference_layer(layer.plain),
                                                         config_, rope_, {.transform = transform}));
        for (size_t group = 0; group < inputs.size(); ++group)
            layer.input_scale[group] = activation_scale(scheme_, inputs[group].amax());
        return Done{};
    }

  private:
    // What a linear's input is when the layer runs quantized.
    Result<Tensor> quantized_input(const QuantizedLayer& layer, LinearGroup group,
                                   const Tensor& input) const {
        const auto x = layer.transformed(group, input);
        if (!scheme_.activations) return x;
        return fake_quantize(x, scheme_, layer.input_scale[static_cast<size_t>(group)]);
    }

    const Scheme& scheme_;
    const DecoderConfig& config_;
    const RopeTable& rope_;
    const ResidualStream &reference_, &quantized_;
    LayerModel plain_model_;
};

} // namespace

Result<QuantizedLayer> quantize_layer(const LayerWeights& weights, size_t index,
                                      Quantizer& quantizer, const DecoderConfig& config,
                                      const RopeTable& rope, const ResidualStream& reference,
                                      const ResidualStream& quantized) {
    const auto& scheme = quantizer.scheme();
    const auto& needs = quantizer.needs();
    ObservedInputs inputs(weights, scheme, config, rope, reference, quantized);
    QuantizedLayer out{.plain = weights};
    GroupTensors samples, grams;
    if (needs.samples) {
        FP4_TRY_ASSIGN(samples, inputs.samples());
    }
    FP4_TRY(quantizer.prepare(out, samples));
    if (scheme.activations && scheme.activation_scale == ActivationScale::fixed)
        FP4_TRY(inputs.fix_input_scales(out));
    if (!scheme.weights) return out;
    if (needs.grams) {
        FP4_TRY_ASSIGN(grams, inputs.grams(out));
    }
    for (const LinearGroup group : linear_groups) {
        const auto g = static_cast<size_t>(group);
        std::vector<Tensor> linears;
        for (const LinearOp op : members(group))
            linears.push_back(out.transformed(group, out.plain[op]));
        FP4_TRY_ASSIGN(auto encoded, quantizer.encode(linears, grams[g]));
        if (!scheme.own_scale_per_tensor) out.weight_scale[g] = encoded.scales.front();
        for (size_t i = 0; const LinearOp op : members(group))
            out.linears[static_cast<size_t>(op)] = std::move(encoded.members[i++]);
    }
    if (needs.pairs) FP4_TRY(quantizer.finish(out, weights, index, inputs));
    out.plain.linears = {};
    return out;
}

} // namespace fp4::quant
