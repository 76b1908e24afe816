// fp4quant eval: a written checkpoint scores what the method that made it scores, and an
// interrupted run goes on to the same table.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "child_process.hpp"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/quant/report/table_json.hpp"

namespace fp4::quant {
namespace {

const std::string model = FP4_REF_LLAMA;

test::ProgramResult fp4quant(std::vector<std::string> words) {
    words.push_back("--quiet");
    return test::run_program(FP4QUANT, words);
}

// A method's rows under static scales, its name aside.
std::vector<Row> rows_of(const std::filesystem::path& folder, const std::string& method) {
    const auto table = parse_table_json(fp4::test::read_file(folder / "table.json"), "table.json");
    EXPECT_TRUE(table) << table.error().message;
    std::vector<Row> out;
    for (Row row : table->rows)
        if (row.key.method == method && row.key.act_scale == "static") {
            row.key.method = "any";
            out.push_back(row);
        }
    EXPECT_FALSE(out.empty()) << method;
    return out;
}

struct Made {
    const char* method;
    const char* acts;
    const char* layout;
    const char* profile;
};

void PrintTo(const Made& made, std::ostream* out) {
    *out << made.method << " " << made.acts << " " << made.layout << " " << made.profile;
}

class EvalOfAWrittenCheckpoint : public testing::TestWithParam<Made> {};

TEST_P(EvalOfAWrittenCheckpoint, IsThatOfItsMethod) {
    const auto& [method, acts, layout, profile] = GetParam();
    const test::TemporaryFolder folder;
    ASSERT_EQ(fp4quant({"quantize", "--model", model, "--method", method, "--acts", acts,
                        "--layout", layout, "--out", folder / "made"})
                  .status,
              0);
    const auto run = fp4quant({"eval", "--model", folder / "made/", "--reference", model,
                               "--windows", "4", "--profile", profile, "--out", folder / "a"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto again = fp4quant({"eval", "--model", model, "--method", method, "--acts", acts,
                                 "--windows", "4", "--profile", profile, "--out", folder / "b"});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(rows_of(folder.path() / "a", "made"), rows_of(folder.path() / "b", method));
    EXPECT_EQ(std::filesystem::exists(folder.path() / "a/differences.json"),
              std::string(profile) != "fake");
}

INSTANTIATE_TEST_SUITE_P(Layouts, EvalOfAWrittenCheckpoint,
                         testing::Values(Made{"rtn", "W4A4", "modelopt", "fake"},
                                         Made{"razer", "W4A4", "razer", "nv-blackwell"},
                                         Made{"smoothquant", "W4A16", "modelopt", "fake"}),
                         [](const auto& made) { return std::string(made.param.method); });

TEST(Eval, ScoresWhatTheTableScores) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(fp4quant({"table", "--model", model, "--only", "razer/razer/W4A4/fake", "--windows",
                        "4", "--out", folder / "table"})
                  .status,
              0);
    ASSERT_EQ(fp4quant({"eval", "--model", model, "--method", "razer", "--with-rtn", "--windows",
                        "4", "--out", folder / "eval"})
                  .status,
              0);
    EXPECT_EQ(rows_of(folder.path() / "table", "razer"), rows_of(folder.path() / "eval", "razer"));
}

TEST(Eval, ScoresRtnOnceBesideItself) {
    const test::TemporaryFolder folder;
    const auto run = fp4quant({"eval", "--model", model, "--method", "rtn", "--with-rtn",
                               "--windows", "2", "--out", folder / "eval"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(rows_of(folder.path() / "eval", "rtn").size(), 3u) << "one row for each domain";
}

TEST(Eval, GoesOnAfterAnInterruption) {
    const test::TemporaryFolder folder;
    const auto words = [&](const char* out) {
        return std::vector<std::string>{"eval", "--model",   model,       "--method",
                                        "rtn",  "--windows", "24",        "--windows-at-once",
                                        "2",    "--out",     folder / out};
    };
    ASSERT_EQ(fp4quant(words("whole")).status, 0);
    const auto killed = test::run_program_killed_at(
        FP4QUANT, words("killed"), folder.path() / "killed/scores/rtn_nvfp4_W4A4_fake.safetensors");
    EXPECT_EQ(killed.status, 128 + SIGKILL);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "killed/table.json"));
    auto resumed = words("killed");
    resumed.push_back("--resume");
    const auto run = fp4quant(resumed);
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(fp4::test::read_file(folder.path() / "killed/table.json"),
              fp4::test::read_file(folder.path() / "whole/table.json"));
}

TEST(Eval, RefusesWhatItCannotCompare) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(fp4quant({"quantize", "--model", model, "--out", folder / "made"}).status, 0);
    const auto refused = [](const std::vector<std::string>& words, const std::string& message) {
        const auto run = fp4quant(words);
        EXPECT_EQ(run.status, 2);
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
        EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    };
    refused({"eval", "--model", folder / "made"}, "expected --reference");
    refused({"eval", "--model", model, "--reference", model},
            "expected a quantized checkpoint beside --reference");
    refused({"eval", "--model", folder / "made", "--reference", folder / "made"},
            "--reference: expected the checkpoint that");
    refused({"eval", "--model", folder / "made", "--reference", model, "--method", "rtn"},
            "--method: expected a checkpoint that is not quantized");
    refused({"eval", "--model", model, "--profile", "exact"},
            "--profile: expected --method or a quantized checkpoint");
    std::string profiles = "fake";
    for (const auto& profile : arithmetic_profiles) profiles += ", " + std::string(profile.name);
    refused({"eval", "--model", model, "--method", "rtn", "--profile", "fp16"},
            "--profile: expected one of " + profiles + ", found fp16");
    refused({"eval", "--model", model, "--method", "nearest"},
            "--method: expected one of rtn, 4over6");
    refused({"eval", "--model", folder / "made", "--reference", model, "--windows", "2",
             "--profile", "exact"},
            "expected weights and activations to be quantized");
    refused({"eval", "--model", model, "--method", "rtn", "--max-memory", "0.1"},
            "--max-memory: expected at least");
    refused({"eval", "--model", model, "--resume"}, "--resume: expected --out");
}

} // namespace
} // namespace fp4::quant
