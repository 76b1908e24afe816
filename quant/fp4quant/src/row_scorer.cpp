#include "row_scorer.hpp"

#include "fp4/quant/calibrate/model_quantiser.hpp"
#include "fp4/quant/evaluate/fake_quantised.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/evaluate/score_windows.hpp"

namespace fp4::quant {

Result<RowScorer::Layers> RowScorer::layers(const TableRow& row) {
    const auto name = row.key.method + " " + row.key.acts + " " + row.key.act_scale;
    if (const auto known = made_.find(name); known != made_.end()) return known->second;
    ModelQuantiser quantiser(
        model_, [this](size_t layer) -> Result<LayerWeights> { return model_.layers[layer]; }, *row.scheme, calibration_);
    Layers layers;
    while (layers.size() < model_.layers.size()) {
        auto layer = quantiser.quantise_next();
        if (!layer) return layer.error();
        layers.push_back(std::make_shared<const QuantizedLayer>(std::move(*layer)));
    }
    return made_.emplace(name, std::move(layers)).first->second;
}

Result<LayerProvider> RowScorer::provider(const TableRow& row) {
    const auto quantised = layers(row);
    if (!quantised) return quantised.error();
    auto models = std::make_shared<std::vector<LayerModel>>();
    for (const auto& layer : *quantised) {
        auto model = row.arithmetic ? hardware_true(layer, *row.scheme, *row.arithmetic) : fake_quantised(layer, *row.scheme);
        if (!model) return model.error();
        models->push_back(std::move(*model));
    }
    return LayerProvider([models](size_t layer) -> Result<LayerModel> { return (*models)[layer]; });
}

Result<std::vector<WindowScores>> RowScorer::score(const std::vector<TableRow>& rows, const std::function<void(uint64_t done, uint64_t total)>& on_step) {
    std::vector<ScoredModel> models;
    for (const TableRow& row : rows) {
        auto made = provider(row);
        if (!made) return made.error();
        models.push_back({&model_, std::move(*made)});
    }
    const ScoredModel reference{&model_, [this](size_t layer) -> Result<LayerModel> { return reference_layer(model_.layers[layer]); }};
    return score_windows(reference, models, windows_, {.on_step = on_step});
}

} // namespace fp4::quant
