// Pairs of code books: which there are, and errors against golden's encoder and brute force.
#include "fp4/quant/nmse/code_book_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "fp4/quant/nmse/measure_nmse.hpp"

namespace fp4::quant {
namespace {

constexpr std::array<int, 7> e2m1{1, 2, 3, 4, 6, 8, 12};
constexpr auto nothing = [](size_t) {};

// By the definition, in binary64: every scale byte, every value.
double slow_error(const float* x, const CodeBookHalves& book) {
    double best = std::numeric_limits<double>::infinity();
    for (int byte = 1; byte < 0x7F; ++byte) {
        const double scale =
            byte < 8 ? std::ldexp(byte, -9) : std::ldexp(8 + byte % 8, byte / 8 - 10);
        double sum = 0;
        for (int i = 0; i < 16; ++i) {
            double nearest = std::numeric_limits<double>::infinity();
            for (const int halves : book)
                nearest = std::min(nearest, std::pow(x[i] - scale * halves / 2, 2));
            sum += nearest;
        }
        best = std::min(best, sum);
    }
    return best;
}

TEST(CodeBookErrors, AreThoseOfBruteForce) {
    auto x = nmse_data(1, 3, 16 * 64); // under a tensor scale of 1
    x[100] = 6 * 448;
    for (int i = 0; i < 16; ++i) x[32 + static_cast<size_t>(i)] = 0; // and blocks without scale
    for (int i = 0; i < 16; ++i) x[48 + static_cast<size_t>(i)] *= 0x1p-10f;
    const CodeBookErrors errors(x);
    for (const auto& book : {code_book_halves(e2m1, 0), code_book_halves(e2m1, -5),
                             code_book_halves({1, 2, 3, 4, 5, 7, 9}, -12),
                             code_book_halves({3, 4, 5, 6, 7, 8, 9}, 1)}) {
        const auto found = errors.of_blocks(book);
        ASSERT_EQ(found.size(), 64u);
        for (size_t i = 0; i < found.size(); ++i) {
            const double expected = slow_error(&x[16 * i], book);
            EXPECT_NEAR(double{found[i]}, expected, 1e-5 * expected) << i;
        }
    }
}

// The same numbers, encoded, decoded and compared.
TEST(CodeBookErrors, AreThoseOfTheSweepOfAFormat) {
    constexpr uint64_t values = 1 << 15;
    const NmseData data(1, values);
    size_t formats = 0;
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const auto format = static_cast<Format>(i);
        if (!is_code_book_pair(format)) continue;
        ++formats;
        const auto sweep = measure_nmse({format, Encoder::sweep}, data, 1);
        ASSERT_TRUE(sweep) << sweep.error().message;
        const auto found = search_code_books({code_books_of(format)}, 1, values, nothing);
        for (size_t set = 0; set < 2; ++set)
            EXPECT_NEAR(found[0].nmse[set], (*sweep)[set], 1e-6 * (*sweep)[set])
                << format_specs[i].name << " " << set;
    }
    EXPECT_EQ(formats, 4u) << "nvfp4, razer-a, mixfp4, razer-mix";
}

TEST(CodeBookSearch, GivesEveryPairItsOwnError) {
    auto pairs = code_book_pairs(8);
    pairs.resize(40);
    const auto all = search_code_books(pairs, 9, 1024, nothing);
    ASSERT_EQ(all.size(), pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_EQ(all[i].pair, pairs[i]);
        EXPECT_EQ(all[i].nmse, search_code_books({pairs[i]}, 9, 1024, nothing)[0].nmse);
    }
}

TEST(CodeBookPairs, AreAllOfThemOnce) {
    // C(12, 7) magnitudes, each with 11 specials beside five of E2M1, six beside none
    const auto pairs = code_book_pairs(12);
    EXPECT_EQ(pairs.size(), 792u * (5 * 11 + 6));
    std::set<std::pair<std::multiset<int>, std::multiset<int>>> different;
    for (const auto& pair : pairs) {
        different.emplace(std::multiset<int>(pair.first.begin(), pair.first.end()),
                          std::multiset<int>(pair.other.begin(), pair.other.end()));
        EXPECT_LE(std::ranges::max(pair.other), 12);
        EXPECT_GE(std::ranges::min(pair.other), -12);
    }
    EXPECT_EQ(different.size(), pairs.size());
    for (const Format format : {Format::nvfp4, Format::razer_a, Format::razer_mix})
        EXPECT_EQ(std::ranges::count(pairs, code_books_of(format)), 1) << spec_of(format).name;
}

TEST(CodeBookPairs, OfFormats) {
    EXPECT_EQ(code_books_of(Format::razer_a),
              (CodeBookPair{code_book_halves(e2m1, 10), code_book_halves(e2m1, -10)}));
    EXPECT_EQ(
        code_books_of(Format::razer_mix),
        (CodeBookPair{code_book_halves(e2m1, 5), code_book_halves({1, 2, 3, 4, 6, 8, 10}, -5)}));
    for (const Format format : {Format::razer_w, Format::mxfp4, Format::if4, Format::hif4,
                                Format::rzr4, Format::nvfp4_ue5m3, Format::nvint4})
        EXPECT_FALSE(is_code_book_pair(format)) << spec_of(format).name;
}

} // namespace
} // namespace fp4::quant
