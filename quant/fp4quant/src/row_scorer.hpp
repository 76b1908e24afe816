// Scores of table rows: quantizes what they need and runs it over the test windows.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fp4/quant/evaluate/layer_model.hpp"
#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/report/score_rows.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "table_rows.hpp"
#include "trained_layers.hpp"

namespace fp4::quant {

// What rows that train need.
struct RowTraining {
    FaarRecipe recipe;
    std::filesystem::path folder; // of what is made, and gone on with
    std::string fingerprint;      // of model and calibration
    TokenWindows calibration;
    TokenWindows alignment; // of the second stage; none where no row has one
    bool quiet = false;
};

class RowScorer {
  public:
    // The model is held in float32. calibration and windows: [count, length] token ids.
    RowScorer(CausalLm model, Tensor calibration, Tensor windows, RowTraining training)
        : model_(std::move(model)), calibration_(std::move(calibration)),
          windows_(std::move(windows)), training_(std::move(training)) {}

    using Layers = std::vector<std::shared_ptr<const QuantizedLayer>>;

    // The quantized layers of a scheme, made once.
    Result<Layers> layers(const TableRow& row);

    // How a row's model was trained; nothing for rows that do not train.
    Result<std::optional<TrainingLog>> log(const TableRow& row) const;

    // What a row says of its training.
    Result<TrainingFacts> facts(const TableRow& row) const;

    // The reference's scores and those of each row, from one pass over the windows.
    Result<std::vector<WindowScores>>
    score(const std::vector<TableRow>& rows,
          const std::function<void(uint64_t done, uint64_t total)>& on_step);

    const CausalLm& model() const { return model_; }
    const Tensor& calibration() const { return calibration_; }

  private:
    const TokenWindows& alignment(const TableRow& row) const {
        return row.aligned_on_calibration ? training_.calibration : training_.alignment;
    }
    TrainedModel trained_model(const TableRow& row) const;
    Result<Layers> train(const TableRow& row);
    Result<LayerProvider> provider(const TableRow& row);

    CausalLm model_;
    Tensor calibration_, windows_;
    RowTraining training_;
    std::map<std::string, Layers> made_; // by everything but the arithmetic
};

} // namespace fp4::quant
