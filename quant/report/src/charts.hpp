// The report's figures, each an <svg> element; empty where there is nothing to show.
#pragma once
#include <string>
#include <vector>

#include "fp4/quant/report/report_html.hpp"

namespace fp4::quant {

// A method's row in a figure: the label and what tells the rest of its rows apart.
std::string chart_label(const RowKey& key);

std::string kl_chart(const std::vector<Row>& rows);
std::string ppl_chart(const std::vector<Row>& rows);

enum class ErrorOf { weights, outputs };
std::string layer_chart(const std::vector<LayerError>& errors, ErrorOf which);

std::string channel_chart(const std::vector<ChannelMaxima>& channels);

std::string cost_chart(const std::vector<Row>& rows, const std::vector<WeightBytes>& bytes);

// Stage 1 of FAAR: every linear's loss over its steps.
std::string rounding_chart(const TrainingLog& training);

// Stage 2: the models' losses over the steps, and how many roundings are left to decide.
std::string alignment_chart(const std::vector<TrainingLog>& trainings);

} // namespace fp4::quant
