#include "fp4/quant/report/formats_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "fp4/encode/encoder.hpp"
#include "well_formed.hpp"

namespace fp4::quant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Row row(const char* method, const char* format, const char* acts, double kl, double ppl) {
    Row out{.key = {method, format, acts, "none", "static", "fake", all_domains}};
    out.kl = kl;
    out.kl_2se = 0.001;
    out.ppl = ppl;
    out.ppl_2se = 0.01;
    return out;
}

Table small_model() {
    Table table;
    table.rows = {
        row("bf16", "bf16", "W16A16", 0, 6.25),      row("rtn", "nvfp4", "W4A16", 0.021, 6.37),
        row("rtn", "nvfp4", "W4A4", 0.052, 6.53),    row("sweep", "nvfp4", "W4A4", 0.043, 6.49),
        row("razer", "razer", "W4A16", 0.014, 6.33), row("razer", "razer", "W4A4", 0.034, 6.44)};
    const Row rtn = table.rows[2];
    for (const auto change : {+[](Row& other) { other.key.arith = "exact"; },
                              +[](Row& other) { other.key.act_scale = "call"; },
                              +[](Row& other) { other.key.domain = "boost"; }}) {
        auto other = rtn;
        other.kl = 0.9;
        change(other);
        table.rows.insert(table.rows.begin(), other);
    }
    return table;
}

NmseTable small_nmse() {
    return {
        "fp4quant nmse",
        1,
        4096,
        {{{Format::nvfp4, Encoder::nv}, {.0091, .0085, .0081, .0092, .0093, .0125, .2}},
         {{Format::nvfp4, Encoder::sweep}, {.0072, .0073, .0074, .0075, .0076, .0077, .18}},
         {{Format::razer_w, Encoder::razer_paper}, {.0057, .0055, .0052, .0058, .0059, .19, .6}},
         {{Format::nvfp4, Encoder::te}, {.0091, .0085, .0081, .0092, .0093, .0125, .2}}}};
}

// The cells of the lines of a section that begin with these.
std::vector<std::string> cells_of(const std::string& page, const std::string& section,
                                  std::vector<std::string> begin) {
    std::istringstream lines(page.substr(page.find("## " + section)));
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> cells;
        static const std::regex cell(" *([^|]*[^| ]) *\\|");
        for (auto at = std::sregex_iterator(line.begin() + !line.empty(), line.end(), cell);
             at != std::sregex_iterator(); ++at)
            cells.push_back((*at)[1]);
        if (cells.size() > begin.size() && std::equal(begin.begin(), begin.end(), cells.begin()))
            return cells;
    }
    return {};
}

TEST(FormatsPage, JoinsTheTables) {
    const auto page = formats_page(small_nmse(), small_model(), "ref-llama");
    using Cells = std::vector<std::string>;
    EXPECT_EQ(cells_of(page, "What they lose", {"nvfp4", "nv"}),
              (Cells{"nvfp4", "nv", "16", "4.5", "0.00910", "0.00850", "0.00810", "0.00920",
                     "0.00930", "0.01250", "0.200", "0.0210 ± 0.0010", "6.370 ± 0.010",
                     "0.0520 ± 0.0010", "6.530 ± 0.010"}));
    EXPECT_EQ(cells_of(page, "What they lose", {"nvfp4", "sweep"}),
              (Cells{"nvfp4", "sweep", "16", "4.5", "0.00720", "0.00730", "0.00740", "0.00750",
                     "0.00760", "0.00770", "0.180", "-", "-", "0.0430 ± 0.0010", "6.490 ± 0.010"}));
    // Weights and activations of RaZeR are two formats.
    EXPECT_EQ(cells_of(page, "What they lose", {"razer-w", "razer-paper"}),
              (Cells{"razer-w", "razer-paper", "16", "4.5", "0.00570", "0.00550", "0.00520",
                     "0.00580", "0.00590", "0.190", "0.600", "0.0140 ± 0.0010", "6.330 ± 0.010",
                     "0.0340 ± 0.0010", "6.440 ± 0.010"}));
    EXPECT_EQ(cells_of(page, "What they lose", {"razer-a", "razer-paper"}),
              (Cells{"razer-a", "razer-paper", "16", "4.5", "-", "-", "-", "-", "-", "-", "-", "-",
                     "-", "0.0340 ± 0.0010", "6.440 ± 0.010"}));
    EXPECT_EQ(cells_of(page, "Every encoder", {"nvfp4", "te"}).size(), 9u);
    EXPECT_THAT(page, HasSubstr("`fp4quant nmse`: seed 1, 4096 values"));
    EXPECT_THAT(page, HasSubstr("BF16 has a perplexity of 6.250."));
    EXPECT_THAT(page, HasSubstr("razer-w and razer-a are one model, `razer`"));
    EXPECT_THAT(page, HasSubstr("](formats.svg)"));
}

TEST(FormatsPage, SaysWhatFormatsAre) {
    const auto page = formats_page({}, {}, "m");
    using Cells = std::vector<std::string>;
    EXPECT_EQ(cells_of(page, "What they are", {"razer-w"}),
              (Cells{"razer-w", "e3m3", "code 8 special, bit 7 its sign, bit 6 which", "yes",
                     "compare, 6 mux2; 4:1 special", "16", "4.5", "6", "10", "14", "4", "20"}));
    EXPECT_EQ(cells_of(page, "What they are", {"mixfp4"}),
              (Cells{"mixfp4", "ue4m3", "bit 7 e2m1 or e1m2", "yes", "3 mux2, 1 AND", "16", "4.5",
                     "5", "9", "13", "4", "20"}));
    EXPECT_EQ(cells_of(page, "What they are", {"mxfp4"}),
              (Cells{"mxfp4", "e8m0", "none", "no", "-", "32", "4.25", "5", "9", "14", "1", "13"}));
    EXPECT_EQ(cells_of(page, "What they are", {"nvfp4"})[2], "none, bit 7 unused");
}

TEST(FormatsPage, HasEveryFormatThatIsMadeWithoutAnyRow) {
    const auto page = formats_page({}, {}, "m");
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const std::string name(format_specs[i].name);
        const bool made = default_encoder(static_cast<Format>(i)).has_value();
        EXPECT_EQ(!cells_of(page, "What they are", {name}).empty(), made) << name;
        EXPECT_EQ(!cells_of(page, "What they lose", {name}).empty(), made) << name;
    }
    EXPECT_THAT(page, Not(HasSubstr("BF16 has")));
    EXPECT_EQ(cells_of(page, "What they lose", {"nvfp4", "nv"}).back(), "-");
}

size_t count_of(const std::string& text, const std::string& what) {
    size_t count = 0;
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

TEST(FormatsSvg, DrawsWhatIsThere) {
    const auto figure = formats_svg(small_nmse(), small_model(), "ref-llama");
    test::expect_well_formed(figure);
    // Best first: razer-w has no search here and is left out.
    EXPECT_EQ(count_of(figure, ">nvfp4</text>"), 1u);
    EXPECT_EQ(count_of(figure, ">razer-w</text>"), 0u);
    EXPECT_EQ(count_of(figure, ">4.5</text>"), 1u);
    // Legend, three sets of NMSE and W4A4 have both encoders; W4A16 has the published one.
    EXPECT_EQ(count_of(figure, "class=\"mark c0\""), 1u + 3 + 2);
    EXPECT_EQ(count_of(figure, "class=\"mark c1\""), 1u + 3 + 1);
    EXPECT_EQ(count_of(figure, "class=\"whisker\""), 3u * 3);
    EXPECT_EQ(count_of(figure, "not measured"), 0u);
    static const std::regex classes("class=\"([^\"]*)\"");
    for (auto at = std::sregex_iterator(figure.begin(), figure.end(), classes);
         at != std::sregex_iterator(); ++at) {
        std::istringstream names((*at)[1]);
        for (std::string name; names >> name;) EXPECT_THAT(figure, HasSubstr("\n." + name + "{"));
    }
}

TEST(FormatsSvg, PutsTheBestFirst) {
    auto nmse = small_nmse();
    nmse.rows.push_back(
        {{Format::razer_w, Encoder::sweep}, {.005, .005, .005, .005, .005, .1, .5}});
    nmse.rows.push_back(
        {{Format::razer_mix, Encoder::sweep}, {.0055, .006, .006, .006, .006, .01, .1}});
    const auto figure = formats_svg(nmse, {}, "ref-llama");
    const auto w = figure.find(">razer-w<"), mix = figure.find(">razer-mix<"),
               nvfp4 = figure.find(">nvfp4<");
    ASSERT_NE(nvfp4, std::string::npos);
    EXPECT_LT(w, mix);
    EXPECT_LT(mix, nvfp4);
    EXPECT_EQ(count_of(figure, "not measured"), 2u); // in either model panel
}

TEST(FormatsSvg, IsEmptyWithoutFigures) {
    EXPECT_EQ(formats_svg({}, small_model(), "ref-llama"), "");
}

} // namespace
} // namespace fp4::quant
