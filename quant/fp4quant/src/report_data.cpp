#include "report_data.hpp"

#include <algorithm>

#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t sample_rows = 1024;

// Input statistics of each layer of the unquantized model.
Result<std::vector<std::array<InputStatistics, 4>>> observe_model(const CausalLm& model,
                                                                  const Tensor& calibration) {
    auto stream = embedded(model, calibration);
    const auto rope = rope_table(model.config, calibration.size(1), model.embed_tokens.options());
    std::vector<std::array<InputStatistics, 4>> out;
    for (const LayerWeights& weights : model.layers) {
        const auto layer = reference_layer(weights);
        FP4_TRY_ASSIGN(auto inputs, observe_inputs(stream, layer, model.config, rope,
                                                   {.gram = false, .sample_rows = sample_rows}));
        out.push_back(std::move(inputs));
        FP4_TRY(advance(stream, layer, model.config, rope));
    }
    return out;
}

double kurtosis(const Tensor& x) {
    const auto centered = x.to(torch::kDouble) - x.mean(torch::kDouble);
    return centered.pow(4).mean().item<double>() /
           std::pow(centered.square().mean().item<double>(), 2);
}

double nmse(const Tensor& wanted, const Tensor& found) {
    return (found - wanted).to(torch::kDouble).square().sum().item<double>() /
           wanted.to(torch::kDouble).square().sum().item<double>();
}

bool shown(const TableRow& row) {
    return row.method && row.method->keeps_operands() && !row.arithmetic &&
           row.key.act_scale == "static" && row.key.seed <= 1 && row.scheme->weights &&
           row.scheme->activations && !row.scheme->own_scale_per_tensor;
}

} // namespace

Result<std::vector<ChannelMaxima>> channel_maxima(const CausalLm& model,
                                                  const Tensor& calibration) {
    FP4_TRY_ASSIGN(const auto inputs, observe_model(model, calibration));
    std::vector<ChannelMaxima> out;
    for (size_t layer = 0; layer < inputs.size(); ++layer)
        for (const LinearGroup group : linear_groups) {
            const auto& statistics = inputs[layer][static_cast<size_t>(group)];
            const auto maxima = statistics.channel_max.to(torch::kCPU).contiguous();
            const float* values = maxima.data_ptr<float>();
            out.push_back({static_cast<uint32_t>(layer),
                           std::string(name_of(group)),
                           {values, values + maxima.numel()},
                           kurtosis(statistics.sample),
                           static_cast<double>(statistics.amax() / maxima.median().item<float>())});
        }
    return out;
}

Result<std::vector<LayerError>> layer_errors(RowScorer& scorer, const std::vector<TableRow>& rows) {
    torch::NoGradGuard no_grad;
    std::vector<LayerError> out;
    if (std::ranges::none_of(rows, shown)) return out;
    FP4_TRY_ASSIGN(const auto inputs, observe_model(scorer.model(), scorer.calibration()));
    for (const TableRow& row : rows) {
        if (!shown(row)) continue;
        FP4_TRY_ASSIGN(const auto layers, scorer.layers(row));
        for (size_t i = 0; i < scorer.model().layers.size(); ++i) {
            const auto& weights = scorer.model().layers[i];
            FP4_TRY_ASSIGN(const auto quantized, layers->model(i));
            for (const LinearGroup group : linear_groups) {
                const auto sample = inputs[i][static_cast<size_t>(group)].sample.unsqueeze(0);
                const auto wanted = apply_linears(weights, group, sample);
                std::vector<Tensor> found;
                try {
                    found = quantized.linears(group, sample);
                } catch (const LinearFailed& failed) {
                    return failed.error;
                }
                for (size_t m = 0; m < found.size(); ++m) {
                    const LinearOp op = members(group)[m];
                    out.push_back({row.key.method, row.key.format, static_cast<uint32_t>(i),
                                   std::string(name_of(op)),
                                   nmse(weights[op], quantized.weights[op]),
                                   nmse(wanted[m], found[m])});
                }
            }
        }
    }
    return out;
}

std::vector<WeightBytes> weight_bytes(const CausalLm& model, const std::vector<TableRow>& rows) {
    double elements = 0, scales = 0;
    for (const LayerWeights& layer : model.layers)
        for (const Tensor& linear : layer.linears) {
            elements += static_cast<double>(linear.numel());
            scales += 4;
        }
    std::vector<WeightBytes> out;
    for (const TableRow& row : rows) {
        if (row.arithmetic || row.key.act_scale != "static") continue;
        const bool packed = row.scheme && row.scheme->weights;
        out.push_back({row.key.method, row.key.format, row.key.acts,
                       packed ? 0.5 + 1.0 / dot_lanes + scales / elements : 2.0});
    }
    return out;
}

} // namespace fp4::quant
