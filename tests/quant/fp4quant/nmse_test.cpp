// fp4quant nmse: its file, rows that join others, and what it refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "child_process.hpp"
#include "fp4/quant/report/nmse_table.hpp"

namespace fp4::quant {
namespace {

test::ProgramResult nmse(std::vector<std::string> words) {
    words.insert(words.begin(), {"nmse", "--quiet"});
    return test::run_program(FP4QUANT, words);
}

NmseTable table_of(const std::string& file) {
    const auto table = parse_nmse_json(test::read_file(file), file);
    EXPECT_TRUE(table) << table.error().message;
    return table ? *table : NmseTable{};
}

TEST(Nmse, WritesEveryPair) {
    const test::TemporaryFolder folder;
    const auto run = nmse({"--values", "2048", "--seed", "5", "--into", folder / "f.json"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    const auto table = table_of(folder / "f.json");
    EXPECT_EQ(table.command, "fp4quant nmse --seed 5 --values 2048");
    EXPECT_EQ(table.seed, 5u);
    EXPECT_EQ(table.values, 2048u);
    const auto pairs = nmse_pairs();
    ASSERT_EQ(table.rows.size(), pairs.size());
    const NmseData data(5, 2048);
    for (size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_EQ(table.rows[i].pair, pairs[i]);
        const auto figures = measure_nmse(pairs[i], data, 1);
        ASSERT_TRUE(figures);
        EXPECT_EQ(table.rows[i].nmse, *figures) << pair_name(pairs[i]);
    }
    EXPECT_EQ(run.out, nmse_text(table.rows));
}

TEST(Nmse, PutsRowsAmongOthers) {
    const test::TemporaryFolder folder;
    const std::string file = folder / "f.json";
    ASSERT_EQ(nmse({"--values", "2048", "--only", "mxfp4", "--into", file}).status, 0);
    const size_t mxfp4_rows = table_of(file).rows.size();
    const auto run = nmse({"--values", "2048", "--threads", "3", "--only", "nvfp4/nv", "--only",
                           "mxfp4/ocp", "--into", file});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(std::ranges::count(run.out, '\n'), 4) << "only what was made is shown";
    EXPECT_EQ(table_of(file).rows.size(), mxfp4_rows + 1);
    ASSERT_EQ(nmse({"--values", "2048", "--only", "nvfp4/nv", "--only", "mxfp4", "--into",
                    folder / "at_once.json"})
                  .status,
              0);
    EXPECT_EQ(test::read_file(file), test::read_file(folder / "at_once.json"));
}

TEST(Nmse, MakesTheShippedFigures) {
    const auto shipped = table_of(FP4_RESULTS "/nmse.json");
    const test::TemporaryFolder folder;
    const auto run = nmse({"--only", "nvfp4/nv", "--into", folder / "f.json"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto made = table_of(folder / "f.json");
    EXPECT_EQ(made.command, shipped.command);
    EXPECT_EQ(made.seed, shipped.seed);
    EXPECT_EQ(made.values, shipped.values);
    ASSERT_EQ(made.rows.size(), 1u);
    EXPECT_NE(std::ranges::find(shipped.rows, made.rows[0]), shipped.rows.end());
}

TEST(Nmse, RefusesInOneLine) {
    const test::TemporaryFolder folder;
    const std::string other = folder.write("other.json", "{}"), file = folder / "f.json";
    ASSERT_EQ(nmse({"--values", "1024", "--only", "nvfp4/nv", "--into", file}).status, 0);
    const auto before = test::read_file(file);
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--only", "nvfp4/ocp"},
         "--only: expected FORMAT[/ENCODER] of a format and an encoder that makes it, such as "
         "nvfp4/nv, found nvfp4/ocp"},
        {{"--only", "nvfp4/"}, "--only: expected FORMAT[/ENCODER]"},
        {{"--only", "razer-cuda"}, "--only: expected FORMAT[/ENCODER]"},
        {{"--values", "2000"}, "--values: expected a multiple of 1024, found 2000"},
        {{"--values", "0"}, "--values: "},
        {{"--values", "1024", "--seed", "-1"}, "--seed: "},
        {{"--threads", "0"}, "--threads: "},
        {{"--into", other}, other + ": expected the key 'context', found no such key"},
        {{"--values", "1024", "--seed", "2", "--into", file},
         file + ": context: expected seed 2 and 1024 values, found seed 1 and 1024 values"},
        {{"--values", "1024", "--only", "nvfp4/nv", "--into", folder / "none/f.json"},
         folder / "none/f.json"},
        {{"more"}, "more"}};
    for (const auto& [words, message] : cases) {
        const auto run = nmse(words);
        EXPECT_EQ(run.status, 2) << message;
        EXPECT_EQ(run.out, "") << message;
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err << message;
    }
    EXPECT_EQ(test::read_file(file), before);
    EXPECT_EQ(test::read_file(other), "{}");
    EXPECT_EQ(folder.entries(), (std::vector<std::string>{"f.json", "other.json"}));
}

} // namespace
} // namespace fp4::quant
