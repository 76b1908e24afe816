#include "fp4/quant/report/report_html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <regex>

#include "plausible_report.hpp"
#include "well_formed.hpp"

namespace fp4::quant {
namespace {

using test::expect_well_formed;
using ::testing::HasSubstr;
using ::testing::Not;

size_t count(const std::string& page, const std::string& what) {
    size_t found = 0;
    for (size_t at = page.find(what); at != std::string::npos; at = page.find(what, at + 1))
        ++found;
    return found;
}

TEST(ReportHtml, IsWellFormedAndWhole) {
    const auto page = report_html(test::plausible_report());
    expect_well_formed(page);
    EXPECT_EQ(count(page, "<svg "), 9u);
    EXPECT_EQ(count(page, "No data were given"), 0u);
    for (const char* outside : {"<script", "<link", "src=", "url(", "@import", "href="})
        EXPECT_THAT(page, Not(HasSubstr(outside)));
    // The one address is the name of SVG and XHTML.
    EXPECT_EQ(count(page, "://"), count(page, "xmlns=\"http://www.w3.org/"));
    EXPECT_THAT(page, HasSubstr("<td>0.0710 ± 0.00"));
    EXPECT_THAT(page, HasSubstr("fp4quant table --model quant/models/ref-llama"));
}

TEST(ReportHtml, IsTheSameForTheSameReport) {
    EXPECT_EQ(report_html(test::plausible_report()), report_html(test::plausible_report()));
}

TEST(ReportHtml, DrawsAStageThatModelsShareOnce) {
    auto report = test::plausible_report();
    report.training[1].linears = report.training[0].linears;
    const auto page = report_html(report);
    EXPECT_EQ(count(page, "FAAR, stage 1: "), 1u);
    EXPECT_EQ(count(page, "FAAR, stage 2: "), 1u);
    report.training.clear();
    EXPECT_EQ(count(report_html(report), "FAAR, stage"), 0u);
}

TEST(ReportHtml, DrawsNothingOutsideItsFigures) {
    const auto page = report_html(test::plausible_report());
    const std::regex place(" (x|x1|x2|cx)=\"([^\"]*)\"");
    size_t places = 0;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), place);
         at != std::sregex_iterator(); ++at, ++places) {
        const double x = std::stod((*at)[2]);
        EXPECT_TRUE(x >= 0 && x <= 960) << (*at)[0];
    }
    EXPECT_GT(places, 500u);
    EXPECT_THAT(page, Not(HasSubstr("nan")));
    EXPECT_THAT(page, Not(HasSubstr("=\"inf")));
}

TEST(ReportHtml, DrawsABarToScale) {
    Report report;
    for (const auto& [method, kl] : {std::pair{"rtn", 0.08}, {"gptq", 0.02}})
        report.table.rows.push_back(
            {.key = {method, "nvfp4", "W4A4", "nvfp4", "static", "fake", "all"},
             .kl = kl,
             .ppl = 7});
    const auto page = report_html(report);
    const std::regex bar("width=\"([^\"]*)\" height=\"12\" class=\"bar c0\"");
    std::vector<double> widths;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), bar);
         at != std::sregex_iterator(); ++at)
        widths.push_back(std::stod((*at)[1]));
    ASSERT_EQ(widths.size(), 2u);
    EXPECT_NEAR(widths[0], 4 * widths[1], 0.5) << "coordinates have one decimal";
}

// One label for the seeds of a method, and none on top of another.
TEST(ReportHtml, LabelsEveryCostByItself) {
    Report report;
    for (int i = 0; i < 40; ++i) {
        const std::string method = "method-" + std::to_string(i);
        report.weight_bytes.push_back({method, "nvfp4", "W4A4", 0.5625});
        for (uint64_t seed = 1; seed <= 2; ++seed)
            report.table.rows.push_back(
                {.key = {method, "nvfp4", "W4A4", "nvfp4", "static", "fake", "all", seed},
                 .kl = 0.03 + 1e-5 * i,
                 .ppl = 7});
    }
    const auto page = report_html(report);
    const auto chart = page.substr(page.find("KL against the size of the weights\""));
    static const std::regex label("y=\"([^\"]*)\" text-anchor=\"start\" class=\"ink\">method-");
    std::vector<double> heights;
    for (auto at = std::sregex_iterator(chart.begin(), chart.end(), label);
         at != std::sregex_iterator(); ++at)
        heights.push_back(std::stod((*at)[1]));
    ASSERT_EQ(heights.size(), 40u);
    std::ranges::sort(heights);
    for (size_t i = 1; i < heights.size(); ++i) EXPECT_GE(heights[i] - heights[i - 1], 12) << i;
    EXPECT_GT(heights.front(), 0);
}

TEST(ReportHtml, EscapesHostileNames) {
    auto report = test::plausible_report();
    const std::string hostile = "</text></svg><script>alert('1')</script>&\"\x01\xFF\xEF\xBF\xBF";
    report.title = hostile;
    report.table.context.command = hostile;
    report.table.context.domains = {hostile};
    report.table.rows[0].key.domain = hostile;
    report.table.rows[5].key.method = hostile;
    report.table.rows[6].key.acts = hostile;
    report.layer_errors[0].method = hostile;
    report.layer_errors[1].op = hostile;
    report.channel_maxima[0].group = hostile;
    const auto page = report_html(report);
    expect_well_formed(page);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(
        page,
        HasSubstr(
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\\x01\\xFF\\xEF\\xBF\\xBF"));
}

TEST(ReportHtml, SurvivesEmptyAndOddNumbers) {
    expect_well_formed(report_html({}));
    EXPECT_EQ(count(report_html({}), "No data were given"), 7u);
    Report report;
    constexpr double inf = std::numeric_limits<double>::infinity(),
                     nan = std::numeric_limits<double>::quiet_NaN();
    report.table.rows = {{.key = {"rtn", "nvfp4", "W4A4", "nvfp4", "static", "fake", "all"}}};
    report.layer_errors = {{"rtn", "nvfp4", 0, "q", 0, inf},
                           {"rtn", "nvfp4", 4294967295, "q", nan, 1},
                           {"rtn", "nvfp4", 3, "v", 0.5, 0.5}};
    report.channel_maxima = {{0, "qkv", {}, nan, nan},
                             {1, "o", {0, -1, std::numeric_limits<float>::infinity()}, inf, inf},
                             {4294967295, "down", {1}, 3, 1}};
    report.weight_bytes = {{"rtn", "nvfp4", "W4A4", nan}};
    const auto page = report_html(report);
    expect_well_formed(page);
    EXPECT_EQ(count(page, "<svg "), 5u);
    EXPECT_THAT(page, Not(HasSubstr("=\"nan")));
    EXPECT_THAT(page, Not(HasSubstr("=\"inf")));
}

} // namespace
} // namespace fp4::quant
