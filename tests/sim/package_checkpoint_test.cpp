// Checkpoints that the packages people use have written themselves, through the RTL as they lie.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "run_program.hpp"
#include "test_traces.hpp"

namespace fp4::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const io::SafetensorsFile& file, const std::string& name) {
    const auto* const tensor = file.find(name);
    EXPECT_NE(tensor, nullptr) << name;
    if (tensor == nullptr) return {};
    const auto bytes = file.bytes(*tensor);
    EXPECT_TRUE(bytes) << bytes.error().message;
    return {bytes->begin(), bytes->end()};
}

struct Writer {
    const char* name;
    const char* codes; // the tensor of packed codes beside ".weight_scale"
};

class PackageCheckpoint : public testing::TestWithParam<Writer> {};

TEST_P(PackageCheckpoint, RunsAsStored) {
    const TemporaryFolder folder;
    const auto checkpoint = folder / "hf";
    const char* const with_packages = std::getenv("FP4_PYTHON_WITH_PACKAGES");
    const std::string python = with_packages ? with_packages : FP4_PYTHON;
    if (python.empty()) GTEST_SKIP() << "skipped: no Python 3 was found";
    const auto made = run_program(python, {FP4_PACKAGE_CHECKPOINT, GetParam().name, checkpoint});
    if (made.status == 77) GTEST_SKIP() << made.out;
    ASSERT_EQ(made.status, 0) << made.err;
    const auto before = read_file(checkpoint + "/model.safetensors");

    const auto trace = folder / "trace.safetensors";
    for (const char* profile : {"exact", "nv-blackwell"}) {
        const auto run = simrun({"--checkpoint", checkpoint, "--layer", "all", "--profile", profile,
                                 "--config", "small", "--save-trace", trace});
        ASSERT_EQ(run.status, 0) << run.err;
        EXPECT_NE(run.out.find(" 0 mismatches"), run.out.npos) << run.out;
        EXPECT_NE(run.out.find("packed-checkpoint+synthetic-activations"), run.out.npos) << run.out;
    }
    EXPECT_EQ(read_file(checkpoint + "/model.safetensors"), before);

    auto stored = io::SafetensorsFile::open(checkpoint + "/model.safetensors");
    auto multiplied = io::SafetensorsFile::open(trace);
    ASSERT_TRUE(stored && multiplied);
    for (const std::string layer : {"0", "1"})
        for (const auto& [op, room] : {std::pair{"q", "self_attn"},
                                       {"k", "self_attn"},
                                       {"v", "self_attn"},
                                       {"o", "self_attn"},
                                       {"gate", "mlp"},
                                       {"up", "mlp"},
                                       {"down", "mlp"}}) {
            const auto module =
                "model.layers." + layer + "." + std::string(room) + "." + op + "_proj.";
            const auto operand = "layers." + layer + "." + op + ".b_";
            EXPECT_EQ(bytes_of(*multiplied, operand + "codes"),
                      bytes_of(*stored, module + GetParam().codes))
                << module;
            EXPECT_EQ(bytes_of(*multiplied, operand + "scales"),
                      bytes_of(*stored, module + "weight_scale"))
                << module;
        }
}

INSTANTIATE_TEST_SUITE_P(Writers, PackageCheckpoint,
                         testing::Values(Writer{"compressed-tensors-w4a16", "weight_packed"},
                                         Writer{"compressed-tensors-w4a4", "weight_packed"},
                                         Writer{"modelopt", "weight"}),
                         [](const auto& each) {
                             std::string name = each.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

} // namespace
} // namespace fp4::test
