// The captured activations that ref-llama ships are those of its forward pass.
#include <gtest/gtest.h>

#include <filesystem>

#include "child_process.hpp"
#include "fp4/traces/captured.hpp"
#include "fp4/traces/make_trace.hpp"

namespace fp4::quant {
namespace {

const std::filesystem::path model = FP4_REF_LLAMA;

TEST(Capture, MakesTheShippedActivationsByteForByte) {
    const test::TemporaryFolder folder;
    const auto run = test::run_program(
        FP4QUANT, {"capture", "--model", model.string(), "--out", folder / "a.safetensors"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto made = fp4::test::read_file(folder / "a.safetensors");
    EXPECT_GT(made.size(), 300'000u);
    EXPECT_TRUE(made == fp4::test::read_file(model / traces::captured_file_name));
}

TEST(Trace, IsThatOfTheRecipe) {
    const test::TemporaryFolder folder;
    const auto run = test::run_program(FP4QUANT, {"trace", "--model", model.string(), "--layer",
                                                  "2", "--out", folder / "t.safetensors"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto made = traces::read_trace(folder / "t.safetensors");
    ASSERT_TRUE(made) << made.error().message;
    const auto checkpoint = checkpoints::Checkpoint::open(model);
    const auto activations = traces::CapturedActivations::open(model / traces::captured_file_name);
    ASSERT_TRUE(checkpoint && activations);
    const auto wanted =
        traces::make_plain_trace(*checkpoint, &*activations, {.tokens = 16, .layers = {2}});
    ASSERT_TRUE(wanted);
    EXPECT_EQ(made->source, traces::Source::checkpoint);
    EXPECT_EQ(made->source_sha256, wanted->source_sha256);
    ASSERT_EQ(made->ops.size(), 7u);
    for (size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(made->ops[i].a.codes, wanted->ops[i].a.codes) << made->ops[i].name;
        EXPECT_EQ(made->ops[i].b.codes, wanted->ops[i].b.codes) << made->ops[i].name;
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "t.safetensors.activations"));
}

} // namespace
} // namespace fp4::quant
