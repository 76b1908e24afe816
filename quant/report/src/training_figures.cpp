#include "fp4/quant/report/training_figures.hpp"

#include "charts.hpp"
#include "figure_style.hpp"

namespace fp4::quant {
namespace {

std::string with_style(std::string figure) {
    if (!figure.empty())
        figure.insert(figure.find(">\n") + 2, "<style>" + std::string(figure_style) + "</style>\n");
    return figure;
}

} // namespace

std::string stage1_svg(const TrainingLog& training) { return with_style(rounding_chart(training)); }

std::string stage2_svg(const std::vector<TrainingLog>& trainings) {
    return with_style(alignment_chart(trainings));
}

} // namespace fp4::quant
