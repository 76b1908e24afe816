// convert, verify and inspect on folders that quantize wrote.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "child_process.hpp"

namespace fp4::quant {
namespace {

const std::string model = FP4_REF_LLAMA;

test::ProgramResult fp4quant(const std::vector<std::string>& words) {
    return test::run_program(FP4QUANT, words);
}

class CheckpointCommands : public testing::Test {
  protected:
    CheckpointCommands() {
        EXPECT_EQ(fp4quant({"quantize", "--model", model, "--layout", "modelopt", "--quiet",
                            "--out", made})
                      .status,
                  0);
    }

    const test::TemporaryFolder folder;
    const std::string made = folder / "made";
};

TEST_F(CheckpointCommands, VerifyPassesOnWhatTheEncoderMade) {
    const auto run = fp4quant({"verify", model, made, "--encoder", "nv"});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, "28 linears, 0 of 196608 block scales and 0 of 3145728 codes differ\n");
}

TEST_F(CheckpointCommands, VerifyNamesTheFirstDifference) {
    // One code of one linear becomes its neighbor.
    const std::string file = made + "/model.safetensors";
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekg(-1, std::ios::end);
    const int last = bytes.get();
    bytes.seekp(-1, std::ios::end);
    bytes.put(static_cast<char>(last ^ 0x10));
    bytes.close();
    const auto run = fp4quant({"verify", model, made, "--encoder", "nv"});
    EXPECT_EQ(run.status, 1) << run.err;
    EXPECT_NE(run.out.find("first difference: "), std::string::npos) << run.out;
    EXPECT_NE(run.out.find("1 of 3145728 codes differ"), std::string::npos) << run.out;
}

// What the package that people use has quantized, its observers in the weights' own type.
TEST(Verify, PassesOnWhatCompressedTensorsMade) {
    const char* const with_packages = std::getenv("FP4_PYTHON_WITH_PACKAGES");
    const std::string python = with_packages ? with_packages : FP4_PYTHON;
    if (python.empty()) GTEST_SKIP() << "skipped: no Python 3 was found";
    for (const auto& [writer, encoder, other] :
         {std::tuple{"compressed-tensors-w4a16", "ct-bf16", "ct"},
          {"compressed-tensors-w4a4", "ct", "ct-bf16"}}) {
        const test::TemporaryFolder folder;
        const std::string made = folder / "hf", source = made + "-source";
        const auto written = test::run_program(python, {FP4_PACKAGE_CHECKPOINT, writer, made});
        if (written.status == 77) GTEST_SKIP() << written.out;
        ASSERT_EQ(written.status, 0) << written.err;
        const auto run = fp4quant({"verify", source, made, "--encoder", encoder});
        EXPECT_EQ(run.status, 0) << writer << ": " << run.out << run.err;
        EXPECT_EQ(run.out, "14 linears, 0 of 3840 block scales and 0 of 61440 codes differ\n");
        EXPECT_EQ(fp4quant({"verify", source, made, "--encoder", other}).status, 1) << writer;
    }
}

TEST_F(CheckpointCommands, ConvertKeepsCodesAndSaysWhatScalesLose) {
    const std::string other = folder / "other", back = folder / "back";
    const auto there =
        fp4quant({"convert", "--model", made, "--layout", "compressed-tensors", "--out", other});
    ASSERT_EQ(there.status, 0) << there.err;
    EXPECT_NE(there.out.find("tensor scales round-trip within"), std::string::npos) << there.out;
    ASSERT_EQ(fp4quant({"convert", "--model", other, "--layout", "modelopt", "--out", back}).status,
              0);
    const auto run = fp4quant({"verify", made, back});
    EXPECT_NE(run.out.find("0 of 196608 block scales and 0 of 3145728 codes differ"),
              std::string::npos)
        << run.out;
}

TEST_F(CheckpointCommands, InspectPrintsFormatsAndErrors) {
    const auto run = fp4quant({"inspect", made, "--source", model});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_NE(run.out.find("layout modelopt"), std::string::npos);
    EXPECT_NE(run.out.find("model.layers.3.mlp.down_proj"), std::string::npos);
    EXPECT_NE(run.out.find("NMSE 0.00"), std::string::npos) << run.out;
    EXPECT_EQ(fp4quant({"inspect", folder / "none"}).status, 2);
}

} // namespace
} // namespace fp4::quant
