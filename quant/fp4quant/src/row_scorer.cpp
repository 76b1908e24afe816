#include "row_scorer.hpp"

#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/quant/evaluate/score_windows.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/try.hpp"
#include "token_input.hpp"

namespace fp4::quant {

namespace {

std::string name_of_model(const RowKey& key, std::string_view method) {
    std::string out = std::string(method) + "-" + key.format + "-" + key.acts;
    if (key.seed != 0) out += "-seed" + std::to_string(key.seed);
    return out;
}

std::string name_of_model(const TableRow& row) {
    return name_of_model(row.key, row.model_method());
}

} // namespace

ModelWork RowScorer::work(const TableRow& row) const {
    auto stage1 = row.key;
    stage1.seed = 0;
    ModelWork work{.method = row.method,
                   .scheme = *row.scheme,
                   .recipe = training_.recipe,
                   .name = name_of_model(row),
                   .folder = training_.folder / name_of_model(row),
                   .stage1_folder =
                       training_.folder / (row.method->aligned ? name_of_model(stage1, row.stage1)
                                                               : name_of_model(row)),
                   .fingerprint = training_.fingerprint,
                   .alignment_sha256 = alignment(row).sha256,
                   .quiet = training_.quiet};
    if (row.variant) row.variant->change(work.recipe);
    work.recipe.stage2.seed = row.key.seed;
    return work;
}

Result<QuantizedLayerList> RowScorer::train(const TableRow& row) {
    ModelInputs inputs{.ends = model_,
                       .layers = std::make_shared<ModelLayers>(model_),
                       .calibration = calibration_,
                       .alignment = {}};
    if (row.method->aligned) inputs.alignment = windows_of(alignment(row));
    FP4_TRY_ASSIGN(const auto files, make_model(work(row), inputs));
    QuantizedLayerList layers;
    for (size_t i = 0; i < model_.layers.size(); ++i) {
        FP4_TRY_ASSIGN(auto loaded, files.load(i));
        loaded.plain = to_device(std::move(loaded.plain), model_.embed_tokens.device());
        layers.push_back(std::make_shared<const QuantizedLayer>(std::move(loaded)));
    }
    return layers;
}

Result<QuantizedLayerList> RowScorer::quantize(const TableRow& row) const {
    FP4_TRY_ASSIGN(
        auto quantizer,
        ModelQuantizer::make(row.method->make(*row.scheme, training_.recipe, no_progress()), model_,
                             std::make_shared<ModelLayers>(model_), calibration_));
    QuantizedLayerList layers;
    while (layers.size() < model_.layers.size()) {
        FP4_TRY_ASSIGN(auto layer, quantizer.quantize_next());
        layers.push_back(std::make_shared<const QuantizedLayer>(std::move(layer)));
    }
    return layers;
}

Result<std::optional<TrainingLog>> RowScorer::log(const TableRow& row) const {
    if (!row.method || !row.method->trains) return std::optional<TrainingLog>();
    FP4_TRY_ASSIGN(auto log, training_log(work(row)));
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

Result<std::shared_ptr<QuantizedLayers>> RowScorer::layers(const TableRow& row) {
    const auto name = name_of_model(row.key, row.key.method) + " " + row.key.act_scale;
    auto& made = made_[name];
    if (made) return made;
    FP4_TRY_ASSIGN(auto layers, row.method->trains ? train(row) : quantize(row));
    made = std::make_shared<ListedLayers>(row.evaluated_scheme(), std::move(layers));
    return made;
}

Result<std::shared_ptr<LayerStream>> RowScorer::held(const TableRow& row) {
    FP4_TRY_ASSIGN(auto made, layers(row));
    return HeldLayers::of(*under_arithmetic(std::move(made), row.arithmetic), model_.layers.size());
}

Result<BatchScores>
RowScorer::score(const std::vector<TableRow>& rows,
                 const std::function<void(uint64_t done, uint64_t total)>& on_step) {
    const ScoredModel reference{&model_, std::make_shared<ModelLayers>(model_)};
    const ScoreOptions options{.on_step = on_step};
    BatchScores out;
    std::vector<ScoredModel> models;
    std::vector<size_t> place; // of a model in the rows
    for (size_t i = 0; i < rows.size(); ++i) {
        auto made = held(rows[i]);
        out.rows.push_back(made ? Result<WindowScores>(WindowScores{}) : made.error());
        if (!made) continue;
        models.push_back({&model_, *std::move(made)});
        place.push_back(i);
    }
    const auto together = score_windows(reference, models, windows_, options);
    if (together) {
        out.reference = together->front();
        for (size_t m = 0; m < models.size(); ++m) out.rows[place[m]] = (*together)[m + 1];
        return out;
    }
    FP4_TRY_ASSIGN(const auto alone, score_windows(reference, {}, windows_, options));
    out.reference = alone.front();
    for (size_t m = 0; m < models.size(); ++m) {
        const auto scored = score_windows(reference, {models[m]}, windows_, options);
        out.rows[place[m]] = scored ? Result<WindowScores>(scored->back()) : scored.error();
    }
    return out;
}

} // namespace fp4::quant
