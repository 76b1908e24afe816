// fp4quant quantize on ref-llama: what is written, and what interruptions and bad input do.
#include <gtest/gtest.h>

#include <filesystem>

#include "child_process.hpp"
#include "fp4/checkpoints/compare.hpp"
#include "fp4/checkpoints/encoded_model.hpp"

namespace fp4::quant {
namespace {

const std::string model = FP4_REF_LLAMA;

std::vector<std::string> words(const std::vector<std::string>& options) {
    std::vector<std::string> all{"quantize", "--model", model, "--quiet"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
}

test::ProgramResult quantize(const std::vector<std::string>& options) {
    return test::run_program(FP4QUANT, words(options));
}

// Round to nearest is what golden's encoder makes of the checkpoint, fused scales and all; in
// layouts that store the encoder's own number for the scale.
TEST(Quantize, RoundsToNearestAsTheEncoderDoes) {
    for (const auto& [method, layout, format] : {std::tuple{"rtn", "modelopt", Format::nvfp4},
                                                 {"4over6", "compressed-tensors", Format::nvfp4},
                                                 {"razer", "razer", Format::razer_w}}) {
        const test::TemporaryFolder folder;
        const auto run = quantize({"--method", method, "--layout", layout, "--out", folder / "q"});
        ASSERT_EQ(run.status, 0) << run.err;
        EXPECT_NE(run.out.find("tensor scales round-trip within 0 ulp"), run.out.npos) << run.out;
        auto plain = checkpoints::QuantizedCheckpoint::open(model),
             made = checkpoints::QuantizedCheckpoint::open(folder / "q");
        ASSERT_TRUE(plain && made);
        const auto difference = checkpoints::compare_with_encoder(
            std::move(*plain), *made,
            {.format = format,
             .encoder = method == std::string("4over6") ? Encoder::fouroversix
                                                        : *default_encoder(format)});
        ASSERT_TRUE(difference) << difference.error().message;
        EXPECT_FALSE(difference->first) << describe(*difference->first);
        EXPECT_EQ(difference->linears.size(), 28u);
    }
}

// The same command twice, and a command that was killed after its first layers and resumed: the
// same bytes, and nothing under the name before.
TEST(Quantize, GoesOnAfterAKill) {
    const test::TemporaryFolder folder;
    const std::vector<std::string> options{"--method", "razer-gptq", "--acts", "W4A4"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), options.begin(), options.end());
        return more;
    };
    ASSERT_EQ(quantize(with({"--out", folder / "whole"})).status, 0);
    const auto killed =
        test::run_program_killed_at(FP4QUANT, words(with({"--out", folder / "part"})),
                                    folder / "part.layers/layer-0.safetensors");
    EXPECT_EQ(killed.status, 128 + SIGKILL);
    EXPECT_FALSE(std::filesystem::exists(folder / "part"));
    const auto refused = quantize(with({"--out", folder / "part"}));
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("--resume"), std::string::npos) << refused.err;
    ASSERT_EQ(quantize(with({"--out", folder / "part", "--resume"})).status, 0);
    fp4::test::expect_same_files(folder / "whole", folder / "part");
    EXPECT_FALSE(std::filesystem::exists(folder / "part.layers"));
}

// A slash behind the folder's name changes nothing, and nothing else is left.
TEST(Quantize, TakesAFolderWithASlash) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(quantize({"--out", folder / "a"}).status, 0);
    const auto run = quantize({"--out", folder / "b/"});
    ASSERT_EQ(run.status, 0) << run.err;
    fp4::test::expect_same_files(folder / "a", folder / "b");
    EXPECT_FALSE(std::filesystem::exists(folder / "b.layers"));
}

// Factors folded into norms are exported with them.
TEST(Quantize, ExportsFoldedNorms) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(quantize({"--method", "smoothquant", "--acts", "W4A4", "--layout", "modelopt",
                        "--out", folder / "q"})
                  .status,
              0);
    auto plain = checkpoints::QuantizedCheckpoint::open(model),
         made = checkpoints::QuantizedCheckpoint::open(folder / "q");
    ASSERT_TRUE(plain && made);
    EXPECT_TRUE(made->check());
    const auto norm = [](const checkpoints::QuantizedCheckpoint& from) {
        const auto found = from.files().find("model.layers.0.input_layernorm.weight");
        const auto bytes = found->file->bytes(*found->tensor);
        return std::vector<std::byte>(bytes->begin(), bytes->end());
    };
    EXPECT_NE(norm(*plain), norm(*made));
    EXPECT_TRUE(made->linear(0)->input_scale);
}

TEST(Quantize, RefusesWhatItCannotDo) {
    const test::TemporaryFolder folder;
    const auto expect_refused = [&](std::vector<std::string> options, const std::string& message) {
        const auto run = test::run_program(FP4QUANT, [&] {
            options.insert(options.begin(), "quantize");
            return options;
        }());
        EXPECT_EQ(run.status, 2) << message;
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
    };
    const std::string out = folder / "q";
    expect_refused({"--model", model, "--method", "best", "--out", out},
                   "--method: expected one of rtn");
    expect_refused({"--model", model, "--method", "razer", "--format", "nvfp4", "--out", out},
                   "--format: expected razer");
    expect_refused({"--model", model, "--acts", "W16A4", "--out", out},
                   "--acts: expected W4A16 or W4A4");
    expect_refused({"--model", model, "--layout", "gguf", "--out", out},
                   "--layout: expected compressed-tensors");
    expect_refused({"--model", model, "--method", "mr-gptq", "--out", out}, "a Hadamard transform");
    expect_refused({"--model", model, "--acts", "W4A4", "--calib", folder / "none", "--out", out},
                   "none");
    expect_refused({"--model", folder / "none", "--out", out}, "none");
    expect_refused({"--model", model, "--acts", "W4A4", "--max-memory", "0.2", "--out", out},
                   "--max-memory: expected at least");
    expect_refused({"--model", model}, "--out is required");
    EXPECT_FALSE(std::filesystem::exists(out));
}

} // namespace
} // namespace fp4::quant
