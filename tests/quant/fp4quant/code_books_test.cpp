// fp4quant code-books: its page, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "child_process.hpp"

namespace fp4::quant {
namespace {

using testing::HasSubstr;

test::ProgramResult code_books(std::vector<std::string> words) {
    words.insert(words.begin(), {"code-books", "--quiet", "--searched-values", "64"});
    return test::run_program(FP4QUANT, words);
}

// The rows of the table, without its two lines of header.
std::vector<std::string> rows_of(const std::string& page) {
    std::vector<std::string> out;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("|")) out.push_back(line);
    EXPECT_GE(out.size(), 2u);
    if (out.size() >= 2) out.erase(out.begin(), out.begin() + 2);
    return out;
}

double mean_of(const std::string& row) {
    const auto end = row.rfind('|'), begin = row.rfind('|', end - 1);
    return std::stod(row.substr(begin + 1, end - begin - 1));
}

TEST(CodeBooks, WritesTheBestAndTheFormats) {
    const test::TemporaryFolder folder;
    const auto run = code_books(
        {"--values", "4096", "--largest-halves", "8", "--best", "3", "--into", folder / "page.md"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    EXPECT_EQ(test::read_file(folder / "page.md"), run.out);
    EXPECT_THAT(run.out, HasSubstr("`fp4quant code-books --largest-halves 8 --searched-values 64 "
                                   "--values 4096 --best 3`"));
    // 8 magnitudes of which one is a special or none, beside two specials of E2M1 or none
    EXPECT_THAT(run.out, HasSubstr("All 64 pairs"));
    const auto rows = rows_of(run.out);
    ASSERT_EQ(rows.size(), 3u + 4u);
    for (const char* format : {"nvfp4", "razer-a", "mixfp4", "razer-mix"})
        EXPECT_THAT(run.out, HasSubstr(std::string("| ") + format + " ")) << format;
    for (size_t i = 1; i < rows.size(); ++i) EXPECT_LE(mean_of(rows[i - 1]), mean_of(rows[i]));
}

TEST(CodeBooks, NamesAFormatThatIsAmongTheBest) {
    const auto run = code_books({"--values", "64", "--largest-halves", "12", "--best", "1000"});
    ASSERT_EQ(run.status, 0) << run.err;
    size_t found = 0;
    for (const auto& row : rows_of(run.out)) found += row.find("| razer-mix ") != row.npos;
    EXPECT_EQ(found, 1u);
    EXPECT_THAT(run.out, HasSubstr("±0.5 1 1.5 2 3 4 6, +2.5"));
    EXPECT_THAT(run.out, HasSubstr("±0.5 1 1.5 2 3 4 5, -2.5"));
}

TEST(CodeBooks, RefusesInOneLine) {
    const test::TemporaryFolder folder;
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--values", "100"}, "--values: expected a multiple of 64, found 100"},
        {{"--values", "0"}, "--values: "},
        {{"--largest-halves", "6"}, "--largest-halves: "},
        {{"--largest-halves", "16"}, "--largest-halves: "},
        {{"--best", "0"}, "--best: "},
        {{"--values", "64", "--largest-halves", "7", "--into", folder / "none/page.md"},
         folder / "none/page.md"}};
    for (const auto& [words, message] : cases) {
        const auto run = code_books(words);
        EXPECT_EQ(run.status, 2) << message;
        EXPECT_EQ(run.out, "") << message;
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err << message;
    }
}

} // namespace
} // namespace fp4::quant
