// Scores of table rows: quantises what they need and runs it over the test windows.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fp4/quant/evaluate/layer_model.hpp"
#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/methods/quantized_layer.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "table_rows.hpp"

namespace fp4::quant {

class RowScorer {
  public:
    // The model is held in float32. calibration and windows: [count, length] token ids.
    RowScorer(CausalLm model, Tensor calibration, Tensor windows) : model_(std::move(model)), calibration_(std::move(calibration)), windows_(std::move(windows)) {}

    using Layers = std::vector<std::shared_ptr<const QuantizedLayer>>;

    // The quantised layers of a scheme, made once.
    Result<Layers> layers(const TableRow& row);

    // The reference's scores and those of each row, from one pass over the windows.
    Result<std::vector<WindowScores>> score(const std::vector<TableRow>& rows, const std::function<void(uint64_t done, uint64_t total)>& on_step);

    const CausalLm& model() const { return model_; }
    const Tensor& calibration() const { return calibration_; }

  private:
    Result<LayerProvider> provider(const TableRow& row);

    CausalLm model_;
    Tensor calibration_, windows_;
    std::map<std::string, Layers> made_; // by method, acts and activation scale: arithmetics share them
};

} // namespace fp4::quant
