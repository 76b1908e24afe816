// The report's curves of FAAR as SVG files of their own, for pages that link to them; empty where
// there is nothing to show.
#pragma once
#include <string>
#include <vector>

#include "fp4/quant/report/training_log.hpp"

namespace fp4::quant {

// Stage 1: every linear's loss over its steps.
std::string stage1_svg(const TrainingLog& training);

// Stage 2: every model's KL divergence, and the share of its roundings that are left to decide,
// over the steps.
std::string stage2_svg(const std::vector<TrainingLog>& trainings);

} // namespace fp4::quant
