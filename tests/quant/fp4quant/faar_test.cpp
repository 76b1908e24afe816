// fp4quant quantize and table with trained roundings, on ref-llama and as few windows and steps as
// show what they do.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "child_process.hpp"
#include "few_windows.hpp"
#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/report/training_log.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::quant {
namespace {

const std::string model = FP4_REF_LLAMA;

class Faar : public testing::Test {
  protected:
    void SetUp() override {
        std::ofstream(recipe)
            << "base: best\nstage1: {steps: 3, curvature: 0, scales: encoder, rescales: "
               "0}\nstage2: {steps: 4, batch_windows: 2, learning_rate: 0.2}\n";
        test::write_few_windows(model, calib);
    }

    std::vector<std::string> words(const std::string& method, const std::string& out,
                                   std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"quantize", "--model", model,        "--method",
                                     method,     "--calib", calib,        "--faar",
                                     recipe,     "--out",   folder / out, "--quiet"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    void expect_made(const std::vector<std::string>& all) const {
        const auto run = fp4::test::run_program(FP4QUANT, all);
        EXPECT_EQ(run.status, 0) << run.err;
    }

    fp4::test::TemporaryFolder folder;
    std::string recipe = folder / "recipe.yaml", calib = folder / "calib.safetensors";
};

TEST_F(Faar, IsRoundingToNearestWithoutSteps) {
    std::ofstream(recipe)
        << "base: best\nstage1: {steps: 0, flips: 0, curvature: 0, scales: encoder, rescales: 0}\n";
    for (const char* format : {"nvfp4", "razer"}) {
        expect_made(
            words("faar", std::string("faar-") + format, {"--format", format, "--acts", "W4A4"}));
        expect_made(words(format == std::string("razer") ? "razer" : "rtn",
                          std::string("rtn-") + format, {"--acts", "W4A4"}));
        const auto verified =
            fp4::test::run_program(FP4QUANT, {"verify", folder / (std::string("faar-") + format),
                                              folder / (std::string("rtn-") + format)});
        EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    }
}

TEST_F(Faar, GivesTheSameBytesAfterAKillInEitherStage) {
    const std::vector<std::string> razer{"--format", "razer", "--acts", "W4A4"};
    const auto resuming = [&](const char* out) {
        auto more = razer;
        more.push_back("--resume");
        return words("faar-2fa", out, more);
    };
    expect_made(words("faar-2fa", "whole", razer));
    for (const auto& [out, file] : {std::pair{"a", "a.layers/layer-1.safetensors"},
                                    {"b", "b.layers/aligned/alignment.safetensors"}}) {
        const auto killed = fp4::test::run_program_killed_at(
            FP4QUANT, words("faar-2fa", out, razer), folder.path() / file);
        EXPECT_EQ(killed.status, 128 + SIGKILL);
        EXPECT_FALSE(std::filesystem::exists(folder.path() / out));
        expect_made(resuming(out));
        fp4::test::expect_same_files(folder.path() / "whole", folder.path() / out);
    }
    auto seeded = razer;
    seeded.insert(seeded.end(), {"--seed", "2"});
    expect_made(words("faar-2fa", "other", seeded));
    EXPECT_EQ(
        fp4::test::run_program(FP4QUANT, {"verify", folder / "whole", folder / "other"}).status, 1)
        << "another seed, the same codes";
}

// Gains that the second stage trains are the checkpoint's norms; without, the model's stay.
TEST_F(Faar, ExportsTrainedGains) {
    const auto norm = [](const std::filesystem::path& at) {
        const auto file = io::SafetensorsFile::open(at / "model.safetensors");
        const auto* tensor = file->find("model.layers.1.post_attention_layernorm.weight");
        const auto bytes = file->bytes(*tensor);
        return std::vector<std::byte>(bytes->begin(), bytes->end());
    };
    expect_made(words("faar-2fa", "stay"));
    EXPECT_EQ(norm(folder.path() / "stay"), norm(model));
    std::ofstream(recipe)
        << "base: best\nstage1: {steps: 3, curvature: 0, scales: encoder, rescales: 0}\nstage2: "
           "{steps: 4, batch_windows: 2, learning_rate: 0.2, norm_learning_rate: 0.1}\n";
    expect_made(words("faar-2fa", "trained"));
    EXPECT_NE(norm(folder.path() / "trained"), norm(model));
}

TEST_F(Faar, IsARowOfTheTable) {
    const auto table = [&](const std::string& out, std::vector<std::string> more = {}) {
        std::vector<std::string> all{"table",
                                     "--model",
                                     model,
                                     "--calib",
                                     calib,
                                     "--faar",
                                     recipe,
                                     "--windows",
                                     "2",
                                     "--only",
                                     "faar-2fa/nvfp4/W4A16/fake/2",
                                     "--only",
                                     "faar/nvfp4/W4A16",
                                     "--out",
                                     folder / out,
                                     "--quiet"};
        all.insert(all.end(), more.begin(), more.end());
        return fp4::test::run_program(FP4QUANT, all);
    };
    ASSERT_EQ(table("t").status, 0);
    const auto text = fp4::test::read_file(folder.path() / "t/table.json");
    const auto made = parse_table_json(text, "table.json");
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(made->rows.size(), 6u);
    for (const Row& row : made->rows) {
        const bool aligned = row.key.method == "faar-2fa";
        EXPECT_EQ(row.key.seed, aligned ? 2u : 0u);
        EXPECT_EQ(row.undecided.has_value(), aligned);
        EXPECT_EQ(row.align_tokens, aligned ? std::optional(8192.0 * 256) : std::nullopt);
        EXPECT_GT(row.kl, 1e-4);
    }
    const auto log = parse_training_log(
        fp4::test::read_file(folder.path() / "t/trained/faar-nvfp4-W4A16/training.json"),
        "training.json");
    ASSERT_TRUE(log) << log.error().message;
    ASSERT_EQ(log->linears.size(), 28u);
    for (const auto& linear : log->linears) {
        EXPECT_LT(linear.loss, 1) << "training and flips lower the loss of every linear";
        EXPECT_FALSE(linear.curve.empty());
    }
    EXPECT_NE(fp4::test::read_file(folder.path() / "t/report.html")
                  .find("FAAR, stage 1: faar-nvfp4-W4A16"),
              std::string::npos);
    ASSERT_EQ(table("t", {"--resume"}).status, 0);
    EXPECT_EQ(fp4::test::read_file(folder.path() / "t/table.json"), text);
}

// What the folder holds of one row cannot be gone on with: the row says so, and the other is made.
TEST_F(Faar, FailsAsARowAmongOthers) {
    const auto layers = folder.path() / "t/trained/faar-nvfp4-W4A16";
    std::filesystem::create_directories(layers);
    std::ofstream(layers / "layer-0.safetensors") << "no layer";
    const std::vector<std::string> words{"table",
                                         "--model",
                                         model,
                                         "--calib",
                                         calib,
                                         "--faar",
                                         recipe,
                                         "--only",
                                         "faar/nvfp4/W4A16",
                                         "--only",
                                         "mse/nvfp4/W4A16",
                                         "--windows",
                                         "2",
                                         "--out",
                                         folder / "t",
                                         "--quiet"};
    const auto run = fp4::test::run_program(FP4QUANT, words);
    EXPECT_EQ(run.status, 1) << run.err;
    EXPECT_NE(run.out.find("Could not be made:\nfaar/nvfp4/W4A16/fake: "), std::string::npos)
        << run.out;
    EXPECT_NE(run.out.find("| mse "), std::string::npos) << run.out;
    const auto made =
        parse_table_json(fp4::test::read_file(folder.path() / "t/table.json"), "table.json");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->rows.size(), 3u) << "mse, for all domains and for either";
    for (const Row& row : made->rows) {
        EXPECT_EQ(row.key.method, "mse");
        EXPECT_TRUE(row.kl_closed) << "its denominator was made";
    }
    ASSERT_EQ(made->failed.size(), 1u);
    EXPECT_EQ(made->failed[0].key.method, "faar");
    EXPECT_NE(made->failed[0].error.find("layer-0.safetensors"), std::string::npos)
        << made->failed[0].error;

    // Without it, the row is made beside those that are kept.
    std::filesystem::remove(layers / "layer-0.safetensors");
    auto resumed = words;
    resumed.push_back("--resume");
    ASSERT_EQ(fp4::test::run_program(FP4QUANT, resumed).status, 0);
    const auto whole =
        parse_table_json(fp4::test::read_file(folder.path() / "t/table.json"), "table.json");
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->rows.size(), 6u);
    EXPECT_TRUE(whole->failed.empty());
}

// A variant shares the first stage of faar where it changes the second alone; a control is worse
// than rounding to nearest; the search in the activations' quantizer helps.
TEST_F(Faar, HasVariantsAndControls) {
    const auto run = fp4::test::run_program(
        FP4QUANT, {"table", "--model", model, "--calib", calib, "--faar", recipe, "--windows", "2",
                   "--only", "faar-2fa-no-hidden", "--only", "random-rounding", "--only",
                   "rtn-mse-activations/nvfp4/W16A4", "--out", folder / "t", "--quiet"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto made =
        parse_table_json(fp4::test::read_file(folder.path() / "t/table.json"), "table.json");
    ASSERT_TRUE(made) << made.error().message;
    std::map<std::string, double> closed;
    for (const Row& row : made->rows)
        if (row.key.domain == all_domains)
            closed.emplace(row.key.method + " " + row.key.act_format, *row.kl_closed);
    ASSERT_EQ(closed.size(), 3u);
    EXPECT_LT(closed.at("random-rounding nvfp4"), -0.3);
    EXPECT_GT(closed.at("rtn-mse-activations mse"), 0.1);
    EXPECT_EQ(closed.count("faar-2fa-no-hidden nvfp4"), 1u);
    EXPECT_TRUE(
        std::filesystem::exists(folder.path() / "t/trained/faar-nvfp4-W4A4/layer-0.safetensors"));
    EXPECT_TRUE(
        std::filesystem::exists(folder.path() / "t/trained/faar-2fa-no-hidden-nvfp4-W4A4-seed1"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "t/trained/random-rounding-nvfp4-W4A4"));
}

TEST_F(Faar, RefusesWhatItCannotDo) {
    const auto refused = [&](const std::vector<std::string>& all, const std::string& message) {
        const auto run = fp4::test::run_program(FP4QUANT, all);
        EXPECT_EQ(run.status, 2) << message;
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
    };
    refused(words("faar", "q", {"--format", "mxfp4"}), "--format: expected nvfp4");
    refused({"quantize", "--model", model, "--method", "faar", "--faar", "worst", "--out",
             folder / "q"},
            "expected best, paper or a .yaml file");
    refused(words("faar-2fa", "q", {"--align", folder / "none"}), "none");
    refused(words("faar-2fa", "q", {"--max-memory", "0.3"}), "--max-memory: expected at least");
    refused({"eval", "--model", model, "--method", "faar-2fa", "--windows", "2"},
            "make faar-2fa by fp4quant quantize");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "q"));
}

} // namespace
} // namespace fp4::quant
