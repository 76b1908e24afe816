#include "fp4/quant/pipeline/quantize_layer.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/pipeline/observe_pairs.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t factor_sample_rows = 2048;

class LayerQuantizer final : public LayerInputs {
  public:
    LayerQuantizer(const LayerWeights& weights, Quantizer& quantizer, const DecoderConfig& config,
                   const RopeTable& rope, const ResidualStream& reference,
                   const ResidualStream& quantized)
        : weights_(weights), quantizer_(quantizer), scheme_(quantizer.scheme()), config_(config),
          rope_(rope), reference_(reference), quantized_(quantized),
          plain_model_(reference_layer(weights)), out_{.plain = weights} {}

    Result<QuantizedLayer> run(size_t index) {
        FP4_TRY(prepare());
        FP4_TRY(fix_input_scales());
        if (!scheme_.weights) return std::move(out_);
        FP4_TRY(encode());
        FP4_TRY(quantizer_.finish(out_, weights_, index, *this));
        out_.plain.linears = {};
        return std::move(out_);
    }

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

  private:
    Status prepare() {
        GroupTensors samples;
        if (quantizer_.needs().samples) {
            FP4_TRY_ASSIGN(const auto inputs,
                           observe_inputs(reference_, plain_model_, config_, rope_,
                                          {.sample_rows = factor_sample_rows}));
            for (size_t group = 0; group < inputs.size(); ++group)
                samples[group] = inputs[group].sample;
        }
        return quantizer_.prepare(out_, samples);
    }

    Status fix_input_scales() {
        if (!scheme_.activations || scheme_.activation_scale != ActivationScale::fixed)
            return Done{};
        const auto transform = [&](LinearGroup group, const Tensor& input) -> Result<Tensor> {
            return out_.transformed(group, input);
        };
        FP4_TRY_ASSIGN(const auto inputs, observe_inputs(reference_, reference_layer(out_.plain),
                                                         config_, rope_, {.transform = transform}));
        for (size_t group = 0; group < inputs.size(); ++group)
            out_.input_scale[group] = activation_scale(scheme_, inputs[group].amax());
        return Done{};
    }

    // What a linear's input is when the layer runs quantized.
    Result<Tensor> quantized_input(const QuantizedLayer& layer, LinearGroup group,
                                   const Tensor& input) const {
        const auto x = layer.transformed(group, input);
        if (!scheme_.activations) return x;
        return fake_quantize(x, scheme_, layer.input_scale[static_cast<size_t>(group)]);
    }

    Result<GroupTensors> grams() const {
        GroupTensors out;
        if (!quantizer_.needs().grams) return out;
        const auto transform = [&](LinearGroup group, const Tensor& input) {
            return quantized_input(out_, group, input);
        };
        FP4_TRY_ASSIGN(const auto inputs,
                       observe_inputs(quantized_, reference_layer(out_.plain), config_, rope_,
                                      {.gram = true, .transform = transform}));
        for (size_t group = 0; group < inputs.size(); ++group) out[group] = inputs[group].gram;
        return out;
    }

    Status encode() {
        FP4_TRY_ASSIGN(const auto moments, grams());
        for (const LinearGroup group : linear_groups) {
            const auto g = static_cast<size_t>(group);
            auto linears = weights_of(out_.plain, group);
            for (Tensor& linear : linears) linear = out_.transformed(group, linear);
            FP4_TRY_ASSIGN(auto encoded, quantizer_.encode(linears, moments[g]));
            if (!scheme_.own_scale_per_tensor) out_.weight_scale[g] = encoded.scales.front();
            for (size_t i = 0; const LinearOp op : members(group))
                out_.linears[static_cast<size_t>(op)] = std::move(encoded.members[i++]);
        }
        return Done{};
    }

    const LayerWeights& weights_;
    Quantizer& quantizer_;
    const Scheme& scheme_;
    const DecoderConfig& config_;
    const RopeTable& rope_;
    const ResidualStream &reference_, &quantized_;
    LayerModel plain_model_;
    QuantizedLayer out_;
};

} // namespace

Result<QuantizedLayer> quantize_layer(const LayerWeights& weights, size_t index,
                                      Quantizer& quantizer, const DecoderConfig& config,
                                      const RopeTable& rope, const ResidualStream& reference,
                                      const ResidualStream& quantized) {
    return LayerQuantizer(weights, quantizer, config, rope, reference, quantized).run(index);
}

} // namespace fp4::quant
