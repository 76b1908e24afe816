#include "fp4/quant/report/training_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "fp4/quant/report/report_html.hpp"
#include "plausible_report.hpp"
#include "well_formed.hpp"

namespace fp4::quant {
namespace {

using ::testing::HasSubstr;

// The style element cut out: the report's figure.
std::string without_style(const std::string& file) {
    static const std::regex style("<style>[^<]*</style>\n");
    return std::regex_replace(file, style, "", std::regex_constants::format_first_only);
}

TEST(TrainingFigures, AreTheReportsWithTheirStyle) {
    const auto report = test::plausible_report();
    const auto page = report_html(report);
    for (const auto& file : {stage1_svg(report.training[0]), stage1_svg(report.training[1]),
                             stage2_svg(report.training)}) {
        test::expect_well_formed(file);
        EXPECT_THAT(page, HasSubstr(without_style(file)));
        static const std::regex classes("class=\"([^\"]*)\"");
        for (auto at = std::sregex_iterator(file.begin(), file.end(), classes);
             at != std::sregex_iterator(); ++at) {
            std::istringstream names((*at)[1]);
            for (std::string name; names >> name;) EXPECT_THAT(file, HasSubstr("\n." + name + "{"));
        }
    }
}

TEST(TrainingFigures, AreEmptyWithoutTraining) {
    EXPECT_EQ(stage1_svg({}), "");
    EXPECT_EQ(stage2_svg({}), "");
    EXPECT_EQ(stage2_svg({{.name = "faar", .linears = {}, .alignment = {}}}), "");
}

TEST(TrainingFigures, DrawALossAndWhatWasKeptOnOneScale) {
    LinearLog log{.layer = 0,
                  .linear = "q",
                  .loss = 0.25,
                  .curve = {{0, 1, 1, 1}, {100, 0.5, 1, 1}, {200, 0.25, 1, 1}}};
    const auto file = stage1_svg({.name = "faar", .linears = {log}, .alignment = {}});
    std::smatch line, ring;
    ASSERT_TRUE(std::regex_search(file, line,
                                  std::regex("points=\"([0-9.]+),([0-9.]+) ([0-9.]+),([0-9.]+) "
                                             "([0-9.]+),([0-9.]+)\" class=\"layer\"")));
    ASSERT_TRUE(std::regex_search(
        file, ring, std::regex("cy=\"([0-9.]+)\" r=\"3.5\" class=\"ring\" stroke=\"#")));
    const auto at = [&](size_t i) { return std::stod(line[i]); };
    EXPECT_EQ(line[6], ring[1]);
    EXPECT_NEAR(at(4) - at(2), at(6) - at(4), 0.15) << "half and half again, log scale";
    EXPECT_GT(at(4), at(2));
    EXPECT_NEAR(at(3) - at(1), at(5) - at(3), 0.15);
}

} // namespace
} // namespace fp4::quant
