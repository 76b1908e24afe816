#include "fp4/quant/report/training_figures.hpp"

#include "charts.hpp"
#include "styled_figure.hpp"

namespace fp4::quant {

std::string stage1_svg(const TrainingLog& training) { return styled(rounding_chart(training)); }

std::string stage2_svg(const std::vector<TrainingLog>& trainings) {
    return styled(alignment_chart(trainings));
}

} // namespace fp4::quant
