// fp4quant table on a few windows: its rows, and that a resumed table is the same file.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "child_process.hpp"
#include "fp4/quant/report/table_json.hpp"

namespace fp4::quant {
namespace {

test::ProgramResult table(const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> words{"table", "--model",   FP4_REF_LLAMA, "--out",
                                   out,     "--windows", "8",           "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return test::run_program(FP4QUANT, words);
}

TEST(Table, HoldsTheRowsAskedFor) {
    const test::TemporaryFolder folder;
    const auto run = table(folder / "t", {"--only", "razer/razer/W4A16", "--only", "bf16"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto text = fp4::test::read_file(folder / "t/table.json");
    const auto made = parse_table_json(text, "table.json");
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(made->rows.size(), 6u); // two rows, each for all domains and for either
    EXPECT_EQ(made->context.windows, 8u);
    for (const Row& row : made->rows) {
        const bool reference = row.key.method == "bf16";
        EXPECT_EQ(row.kl == 0, reference);
        EXPECT_EQ(row.top1 == 1, reference);
        if (!reference) {
            EXPECT_GT(row.kl, 1e-4);
            EXPECT_LT(row.kl, 0.1);
            EXPECT_GT(*row.kl_closed, 0.1); // RaZeR beats rounding to NVFP4 on any few windows
        }
    }
    const auto again =
        table(folder / "t", {"--only", "razer/razer/W4A16", "--only", "bf16", "--resume"});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(fp4::test::read_file(folder / "t/table.json"), text);
    // Rows into a table that has others.
    ASSERT_EQ(
        table(folder / "v", {"--only", "rtn/nvfp4/W4A16/fake", "--into", folder / "t/table.json"})
            .status,
        0);
    const auto merged =
        parse_table_json(fp4::test::read_file(folder / "t/table.json"), "table.json");
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_EQ(merged->rows.size(), 9u);
    // A table made anew has the same bytes too.
    ASSERT_EQ(table(folder / "u", {"--only", "razer/razer/W4A16", "--only", "bf16"}).status, 0);
    EXPECT_EQ(fp4::test::read_file(folder / "u/table.json"), text);
}

TEST(Table, RefusesUnknownRows) {
    const test::TemporaryFolder folder;
    const auto run = table(folder / "t", {"--only", "rtn/razer"});
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err, "fp4quant: --only: expected METHOD[/FORMAT[/ACTS[/ARITH[/SEED]]]] of a row, "
                       "such as rtn/nvfp4/W4A4/fake, found rtn/razer\n");
    EXPECT_FALSE(std::filesystem::exists(folder / "t"));
}

} // namespace
} // namespace fp4::quant
