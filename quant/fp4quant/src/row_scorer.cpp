#include "row_scorer.hpp"

#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/evaluate/score_windows.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/try.hpp"
#include "token_input.hpp"

namespace fp4::quant {

namespace {

std::string name_of_model(const RowKey& key) {
    std::string out = key.method + "-" + key.format + "-" + key.acts;
    if (key.seed != 0) out += "-seed" + std::to_string(key.seed);
    return out;
}

} // namespace

TrainedModel RowScorer::trained_model(const TableRow& row) const {
    auto stage1 = row.key;
    stage1.method = row.stage1;
    stage1.seed = 0;
    TrainedModel model{.method = row.method,
                       .scheme = *row.scheme,
                       .recipe = training_.recipe,
                       .name = name_of_model(row.key),
                       .folder = training_.folder / name_of_model(row.key),
                       .stage1_folder =
                           training_.folder / name_of_model(row.method->aligned ? stage1 : row.key),
                       .fingerprint = training_.fingerprint,
                       .alignment_sha256 = alignment(row).sha256,
                       .quiet = training_.quiet};
    if (row.variant) row.variant->change(model.recipe);
    model.recipe.stage2.seed = row.key.seed;
    return model;
}

Result<RowScorer::Layers> RowScorer::train(const TableRow& row) {
    const auto layer = [this](size_t i) -> Result<LayerWeights> { return model_.layers[i]; };
    TrainingInputs inputs{
        .ends = model_, .layers = layer, .calibration = calibration_, .alignment = {}};
    if (row.method->aligned) inputs.alignment = windows_of(alignment(row));
    FP4_TRY_ASSIGN(const auto files, trained_layers(trained_model(row), inputs));
    FP4_TRY_ASSIGN(auto loaded, files.load(model_.layers.size()));
    Layers layers;
    for (size_t i = 0; i < loaded.size(); ++i) {
        loaded[i].plain = to_device(std::move(loaded[i].plain), model_.embed_tokens.device());
        layers.push_back(std::make_shared<const QuantizedLayer>(std::move(loaded[i])));
    }
    return layers;
}

Result<std::optional<TrainingLog>> RowScorer::log(const TableRow& row) const {
    if (!row.method || !row.method->trains()) return std::optional<TrainingLog>();
    FP4_TRY_ASSIGN(auto log, training_log(trained_model(row)));
    return std::optional(std::move(log));
}

Result<TrainingFacts> RowScorer::facts(const TableRow& row) const {
    TrainingFacts facts;
    FP4_TRY_ASSIGN(const auto known, log(row));
    if (!known || !row.method->aligned) return facts;
    facts.align_tokens = static_cast<double>(alignment(row).tokens.size());
    if (!known->alignment.empty()) facts.undecided = known->alignment.back().undecided;
    return facts;
}

Result<RowScorer::Layers> RowScorer::layers(const TableRow& row) {
    const auto name = name_of_model(row.key) + " " + row.key.act_scale;
    if (const auto known = made_.find(name); known != made_.end()) return known->second;
    if (row.method->trains()) {
        FP4_TRY_ASSIGN(auto trained, train(row));
        return made_.emplace(name, std::move(trained)).first->second;
    }
    ModelQuantizer quantizer(
        model_, [this](size_t layer) -> Result<LayerWeights> { return model_.layers[layer]; },
        *row.scheme, calibration_);
    Layers layers;
    while (layers.size() < model_.layers.size()) {
        FP4_TRY_ASSIGN(auto layer, quantizer.quantize_next());
        layers.push_back(std::make_shared<const QuantizedLayer>(std::move(layer)));
    }
    return made_.emplace(name, std::move(layers)).first->second;
}

Result<LayerProvider> RowScorer::provider(const TableRow& row) {
    FP4_TRY_ASSIGN(const auto quantized, layers(row));
    auto models = std::make_shared<std::vector<LayerModel>>();
    for (const auto& layer : quantized) {
        FP4_TRY_ASSIGN(auto model, row.arithmetic
                                       ? hardware_true(layer, *row.scheme, *row.arithmetic)
                                       : fake_quantized(layer, *row.scheme));
        models->push_back(std::move(model));
    }
    return LayerProvider([models](size_t layer) -> Result<LayerModel> { return (*models)[layer]; });
}

Result<std::vector<WindowScores>>
RowScorer::score(const std::vector<TableRow>& rows,
                 const std::function<void(uint64_t done, uint64_t total)>& on_step) {
    std::vector<ScoredModel> models;
    for (const TableRow& row : rows) {
        FP4_TRY_ASSIGN(auto made, provider(row));
        models.push_back({&model_, std::move(made)});
    }
    const ScoredModel reference{&model_, [this](size_t layer) -> Result<LayerModel> {
                                    return reference_layer(model_.layers[layer]);
                                }};
    return score_windows(reference, models, windows_, {.on_step = on_step});
}

} // namespace fp4::quant
