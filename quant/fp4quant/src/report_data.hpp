// What report.html shows besides the table: errors by layer, channels of the activations, sizes.
#pragma once
#include <vector>

#include "fp4/quant/report/report_html.hpp"
#include "row_scorer.hpp"

namespace fp4::quant {

// Inputs of every group over the calibration set.
Result<std::vector<ChannelMaxima>> channel_maxima(const CausalLm& model, const Tensor& calibration);

// Of the fake-quantized rows that neither fold factors nor transform inputs: weights against the
// model's, outputs against the model's on a sample of its own inputs, both operands as the row
// quantizes them.
Result<std::vector<LayerError>> layer_errors(RowScorer& scorer, const std::vector<TableRow>& rows);

// Codes, block scales and tensor scales over the number of weights; two bytes where weights stay
// bfloat16.
std::vector<WeightBytes> weight_bytes(const CausalLm& model, const std::vector<TableRow>& rows);

} // namespace fp4::quant
