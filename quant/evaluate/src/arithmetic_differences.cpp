#include "fp4/quant/evaluate/arithmetic_differences.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// Neighboring floats, through both zeros, are neighboring integers.
int64_t place_of(float value) {
    const auto bits = std::bit_cast<int32_t>(value);
    return bits < 0 ? -static_cast<int64_t>(bits & 0x7FFFFFFF) : bits;
}

void add_outputs(const Tensor& hardware, const Tensor& fake, OpDifference& sum) {
    const auto a = hardware.to(torch::kCPU).contiguous(), b = fake.to(torch::kCPU).contiguous();
    const std::span x(a.data_ptr<float>(), static_cast<size_t>(a.numel())),
        y(b.data_ptr<float>(), static_cast<size_t>(b.numel()));
    const double rms = a.square().mean(torch::kDouble).sqrt().item<double>();
    for (size_t i = 0; i < x.size(); ++i) {
        const auto ulps = static_cast<uint64_t>(std::abs(place_of(x[i]) - place_of(y[i])));
        if (ulps == 0) continue;
        ++sum.different;
        sum.largest_ulps = std::max(sum.largest_ulps, ulps);
        if (std::abs(x[i]) >= rms) sum.largest_ulps_rms = std::max(sum.largest_ulps_rms, ulps);
        sum.largest_relative =
            std::max(sum.largest_relative,
                     std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i])) / rms);
    }
    sum.outputs += x.size();
}

uint64_t count_different(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b,
                         uint8_t mask) {
    return static_cast<uint64_t>(std::ranges::count_if(
        a, [&, i = size_t{0}](uint8_t x) mutable { return ((x ^ b[i++]) & mask) != 0; }));
}

void add_inputs(const PackedTensor& hardware, const PackedTensor& fake, InputDifference& sum) {
    sum.codes += hardware.rows * hardware.k;
    sum.different_codes += count_different(hardware.codes, fake.codes, 0x0F) +
                           count_different(hardware.codes, fake.codes, 0xF0);
    sum.block_scales += hardware.scales.size();
    sum.different_block_scales += count_different(hardware.scales, fake.scales, 0xFF);
}

// One layer, both ways, over a part of the windows.
class LayerPair {
  public:
    LayerPair(std::shared_ptr<const QuantizedLayer> layer, const Scheme& scheme, LayerModel fake,
              LayerModel hardware, ArithmeticDifferences& sums, size_t index)
        : layer_(std::move(layer)), scheme_(scheme), fake_(std::move(fake)),
          hardware_(std::move(hardware)), sums_(sums), index_(index) {}

    void run(const DecoderConfig& config, const RopeTable& rope, Tensor& fake, Tensor& hardware) {
        std::vector<PackedTensor> codes;
        fake = decoder_layer(fake, fake_.weights, config, rope,
                             [&](LinearGroup group, const Tensor& input) {
                                 codes.push_back(encoded(group, input));
                                 return fake_.linears(group, input);
                             });
        hardware = decoder_layer(
            hardware, hardware_.weights, config, rope, [&](LinearGroup group, const Tensor& input) {
                const auto g = static_cast<size_t>(group);
                add_inputs(encoded(group, input), codes[g],
                           sums_.inputs[index_ * linear_groups.size() + g]);
                const auto outputs = hardware_.linears(group, input),
                           expected = fake_.linears(group, input);
                for (size_t i = 0; i < outputs.size(); ++i)
                    add_outputs(outputs[i], expected[i],
                                sums_.ops[index_ * linear_ops.size() +
                                          static_cast<size_t>(members(group)[i])]);
                return outputs;
            });
    }

  private:
    PackedTensor encoded(LinearGroup group, const Tensor& input) const {
        const auto x = layer_->transformed(group, input);
        auto packed =
            encode_activations(x, scheme_, layer_->input_scale[static_cast<size_t>(group)]);
        if (!packed) throw LinearFailed(packed.error());
        return std::move(*packed);
    }

    std::shared_ptr<const QuantizedLayer> layer_;
    const Scheme& scheme_;
    LayerModel fake_, hardware_;
    ArithmeticDifferences& sums_;
    size_t index_;
};

} // namespace

Result<ArithmeticDifferences> arithmetic_differences(const CausalLm& ends, QuantizedLayers& layers,
                                                     const Arithmetic& arithmetic,
                                                     const Tensor& windows,
                                                     uint64_t windows_per_call) {
    const Scheme& scheme = layers.scheme();
    torch::NoGradGuard no_grad;
    const auto tokens = windows.to(ends.embed_tokens.device(), torch::kLong);
    const auto rope = rope_table(ends.config, windows.size(1), ends.embed_tokens.options());
    std::vector<Tensor> fake = torch::embedding(ends.embed_tokens, tokens)
                                   .split(static_cast<int64_t>(windows_per_call)),
                        hardware = fake;
    ArithmeticDifferences sums;
    for (size_t index = 0; index < ends.config.dims.num_hidden_layers; ++index) {
        for (const LinearOp op : linear_ops) sums.ops.push_back({.layer = index, .op = op});
        for (const LinearGroup group : linear_groups)
            sums.inputs.push_back({.layer = index, .group = group});
        FP4_TRY_ASSIGN(const auto layer, layers.layer(index));
        FP4_TRY_ASSIGN(auto as_values, fake_quantized(layer, scheme));
        FP4_TRY_ASSIGN(auto as_hardware, hardware_true(layer, scheme, arithmetic));
        LayerPair pair(layer, scheme, std::move(as_values), std::move(as_hardware), sums, index);
        try {
            for (size_t part = 0; part < fake.size(); ++part)
                pair.run(ends.config, rope, fake[part], hardware[part]);
        } catch (const LinearFailed& failed) {
            return failed.error;
        }
    }
    return sums;
}

} // namespace fp4::quant
