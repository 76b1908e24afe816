#include "fp4/quant/report/score_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "synthetic_files.hpp"

namespace fp4::quant {
namespace {

using test::Uniform;

constexpr uint64_t tokens_per_window = 4;

// 3 windows of each of 24 files, two domains.
EvaluatedWindows windows_of_files() {
    EvaluatedWindows out{.predicted_tokens = tokens_per_window, .domains = {"boost", "postgres"}};
    for (uint32_t w = 0; w < 72; ++w) {
        out.file.push_back(w / 3);
        out.domain.push_back(w / 3 % 2);
        out.bytes.push_back(10 + w % 5);
    }
    return out;
}

// A model `damage` away from the reference, unevenly over files.
WindowScores scores(double damage) {
    Uniform uniform(3);
    WindowScores out{.tokens_per_window = tokens_per_window};
    for (uint32_t w = 0; w < 72; ++w) {
        const double spread = 0.5 + uniform();
        out.nll.push_back(8 + uniform() + damage * spread);
        out.kl.push_back(damage * spread);
        out.top1.push_back(damage == 0 ? 4 : 2 + w % 3);
    }
    return out;
}

double sum(const std::vector<double>& list, const std::function<bool(size_t)>& wanted) {
    double out = 0;
    for (size_t i = 0; i < list.size(); ++i)
        if (wanted(i)) out += list[i];
    return out;
}

const RowKey key{.method = "gptq",
                 .format = "nvfp4",
                 .acts = "W4A4",
                 .act_format = "nvfp4",
                 .act_scale = "static",
                 .arith = "fake",
                 .domain = "ignored",
                 .seed = 0};

TEST(ScoreRows, AreTheSpecificationsFormulas) {
    const auto windows = windows_of_files();
    const auto reference = scores(0), model = scores(0.25), rtn = scores(0.5);
    const auto rows = score_rows(key, windows, {model, reference, &rtn},
                                 {.undecided = 0.125, .align_tokens = 4096});
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), 3u);
    const std::vector<std::string> names{"boost", "postgres", "all"};
    for (size_t d = 0; d < 3; ++d) {
        const auto& row = (*rows)[d];
        EXPECT_EQ(row.key.domain, names[d]);
        const auto here = [&](size_t w) { return d == 2 || windows.domain[w] == d; };
        const double tokens = d == 2 ? 288 : 144;
        const auto ppl = [&](const WindowScores& of) {
            return std::exp(sum(of.nll, here) / tokens);
        };
        EXPECT_DOUBLE_EQ(row.kl, sum(model.kl, here) / tokens);
        EXPECT_DOUBLE_EQ(*row.kl_closed, 0.5);
        EXPECT_NEAR(*row.kl_closed_2se, 0, 1e-15) << "half of the denominator's in every file";
        EXPECT_DOUBLE_EQ(row.ppl, ppl(model));
        EXPECT_NEAR(*row.dnll_vs_rtn, (sum(model.nll, here) - sum(rtn.nll, here)) / tokens, 1e-14);
        EXPECT_NEAR(*row.gap_closed, (ppl(rtn) - ppl(model)) / (ppl(rtn) - ppl(reference)), 1e-12);
        EXPECT_DOUBLE_EQ(row.bits_per_byte,
                         sum(model.nll, here) / std::log(2) / sum(windows.bytes, here));
        EXPECT_DOUBLE_EQ(row.top1, 0.75);
        EXPECT_EQ(row.undecided, 0.125);
        EXPECT_EQ(row.align_tokens, 4096);
        EXPECT_GT(*row.kl_2se, 0);
    }
}

TEST(ScoreRows, PairPerplexityWithTheReference) {
    // A model that adds the same to every token: next to the spread of files its rise in perplexity
    // is nearly certain.
    const auto windows = windows_of_files();
    const auto reference = scores(0);
    auto model = reference;
    for (double& nll : model.nll) nll += 0.04;
    const auto rows = score_rows(key, windows, {model, reference, nullptr});
    ASSERT_TRUE(rows);
    const auto& row = rows->back();
    double mean = 0, variance = 0;
    for (int pass = 0; pass < 2; ++pass)
        for (size_t f = 0; f < 24; ++f) {
            const double nll =
                (model.nll[3 * f] + model.nll[3 * f + 1] + model.nll[3 * f + 2]) / 12;
            pass == 0 ? mean += nll / 24 : variance += (nll - mean) * (nll - mean) / 24;
        }
    const double alone = 2 * row.ppl * std::sqrt(variance / 24);
    EXPECT_NEAR(*row.ppl_2se / (alone * (1 - std::exp(-0.01))), 1, 0.15)
        << "the delta method, strata left out";
}

TEST(ScoreRows, OfTheDenominatorAndOfTheReferenceAreExact) {
    const auto windows = windows_of_files();
    const auto reference = scores(0), rtn = scores(0.5);
    const auto own = score_rows(key, windows, {rtn, reference, &rtn});
    ASSERT_TRUE(own);
    for (const auto& row : *own) {
        EXPECT_EQ(row.kl_closed, 0.0);
        EXPECT_EQ(row.kl_closed_2se, 0.0);
        EXPECT_EQ(row.dnll_vs_rtn, 0.0);
        EXPECT_EQ(row.dnll_vs_rtn_2se, 0.0);
        EXPECT_EQ(row.gap_closed, 0.0);
    }
    const auto bf16 = score_rows(key, windows, {reference, reference, nullptr});
    ASSERT_TRUE(bf16);
    for (const auto& row : *bf16) {
        EXPECT_EQ(row.kl, 0);
        EXPECT_EQ(row.kl_2se, 0.0);
        EXPECT_EQ(row.ppl_2se, 0.0);
        EXPECT_EQ(row.top1, 1);
        EXPECT_FALSE(row.kl_closed || row.kl_closed_2se || row.dnll_vs_rtn || row.gap_closed ||
                     row.undecided);
    }
}

TEST(ScoreRows, HaveNoGapClosedWhereThereIsNoGap) {
    const auto windows = windows_of_files();
    const auto reference = scores(0), model = scores(0.25);
    auto rtn = reference;
    for (size_t w = 0; w < rtn.nll.size(); ++w)
        rtn.nll[w] += w / 3 / 2 % 2 ? 0.31 : -0.3; // by file, and next to nothing over all
    for (double& kl : rtn.kl) kl = 0.3;
    const auto rows = score_rows(key, windows, {model, reference, &rtn});
    ASSERT_TRUE(rows);
    for (const auto& row : *rows) {
        EXPECT_FALSE(row.gap_closed) << row.key.domain;
        EXPECT_FALSE(row.gap_closed_2se);
        EXPECT_TRUE(row.dnll_vs_rtn);
        EXPECT_TRUE(row.kl_closed);
    }
}

TEST(ScoreRows, OfOneFileHaveNoErrors) {
    EvaluatedWindows windows{.predicted_tokens = tokens_per_window,
                             .file = {3, 3},
                             .domain = {0, 0},
                             .bytes = {9, 9},
                             .domains = {"boost", "unused"}};
    const WindowScores reference{{8, 9}, {0, 0}, {4, 4}, tokens_per_window},
        model{{8.5, 9.5}, {0.5, 0.5}, {4, 3}, tokens_per_window};
    const auto rows = score_rows(key, windows, {model, reference, &model});
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2u) << "no row of a domain without windows";
    for (const auto& row : *rows) {
        EXPECT_DOUBLE_EQ(row.kl, 0.125);
        EXPECT_FALSE(row.kl_2se || row.ppl_2se || row.kl_closed_2se || row.dnll_vs_rtn_2se ||
                     row.gap_closed);
    }
}

TEST(ScoreRows, RefuseScoresOfOtherWindows) {
    const auto windows = windows_of_files();
    const auto reference = scores(0), rtn = scores(0.5);
    const auto error = [&](const EvaluatedWindows& of, const WindowScores& model,
                           const WindowScores* denominator) {
        const auto rows = score_rows(key, of, {model, reference, denominator});
        return rows ? "none" : rows.error().message;
    };
    auto bad = rtn;
    bad.top1.pop_back();
    EXPECT_EQ(error(windows, bad, &rtn), "model scores: expected 72 windows, found 71");
    EXPECT_EQ(error(windows, rtn, &bad), "denominator scores: expected 72 windows, found 71");
    bad = rtn;
    bad.tokens_per_window = 5;
    EXPECT_EQ(error(windows, bad, &rtn), "model scores: expected 4 tokens a window, found 5");
    bad = rtn;
    bad.kl[7] = std::numeric_limits<double>::infinity();
    EXPECT_EQ(error(windows, bad, &rtn),
              "gptq/nvfp4/W4A4/fake, boost: kl: expected a number, found inf");
    auto other = windows;
    other.domain[0] = 2;
    EXPECT_EQ(error(other, rtn, &rtn), "domain: expected less than 2, found 2");
    other = windows;
    other.domains[1] = "all";
    EXPECT_EQ(error(other, rtn, &rtn), "domain 'all': that name stands for all domains together");
    other.bytes.clear();
    EXPECT_EQ(error(other, rtn, &rtn), "windows: expected a file, a domain and bytes of each");
}

TEST(RowKeys, NameTheirDenominator) {
    auto of = key;
    of.domain = "boost";
    of.seed = 3;
    of.arith = "exact";
    of.act_scale = "call";
    EXPECT_EQ(row_name(of), "gptq/nvfp4/W4A4/exact, boost, seed 3, call scale");
    EXPECT_EQ(row_name(denominator_of(of)), "rtn/nvfp4/W4A4/fake, boost");
    EXPECT_EQ(denominator_of(of).act_format, "nvfp4");
    of.acts = "W4A16";
    EXPECT_EQ(denominator_of(of).act_format, "none");
}

} // namespace
} // namespace fp4::quant
