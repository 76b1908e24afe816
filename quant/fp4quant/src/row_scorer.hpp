// Scores of table rows: quantizes what they need and runs it over the test windows.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fp4/quant/evaluate/layer_stream.hpp"
#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/report/score_rows.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "table_rows.hpp"
#include "make_model.hpp"

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

// Of rows that go over the windows together. A row that cannot be made or run has its error.
struct BatchScores {
    WindowScores reference;
    std::vector<Result<WindowScores>> rows;
};

class RowScorer {
  public:
    // The model is held in float32. calibration and windows: [count, length] token ids.
    RowScorer(CausalLm model, Tensor calibration, Tensor windows, RowTraining training)
        : model_(std::move(model)), calibration_(std::move(calibration)),
          windows_(std::move(windows)), training_(std::move(training)) {}

    // The quantized layers of a row, made once for all arithmetics.
    Result<std::shared_ptr<QuantizedLayers>> layers(const TableRow& row);

    // How a row's model was trained; nothing for rows that do not train.
    Result<std::optional<TrainingLog>> log(const TableRow& row) const;

    // What a row says of its training.
    Result<TrainingFacts> facts(const TableRow& row) const;

    // From one pass over the windows; from one for each row where that fails. Errors: of the
    // reference.
    Result<BatchScores> score(const std::vector<TableRow>& rows,
                              const std::function<void(uint64_t done, uint64_t total)>& on_step);

    const CausalLm& model() const { return model_; }
    const Tensor& calibration() const { return calibration_; }

  private:
    const TokenWindows& alignment(const TableRow& row) const {
        return row.aligned_on_calibration ? training_.calibration : training_.alignment;
    }
    ModelWork work(const TableRow& row) const;
    Result<QuantizedLayerList> train(const TableRow& row);
    Result<QuantizedLayerList> quantize(const TableRow& row) const;
    Result<std::shared_ptr<LayerStream>> held(const TableRow& row);

    CausalLm model_;
    Tensor calibration_, windows_;
    RowTraining training_;
    std::map<std::string, std::shared_ptr<QuantizedLayers>>
        made_; // by everything but the arithmetic
};

} // namespace fp4::quant
