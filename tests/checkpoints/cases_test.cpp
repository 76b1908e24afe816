// Checkpoints as people report them, where they are present: FP4_CASES.
#include <cstdlib>

#include "fp4/checkpoints/compare.hpp"
#include "fp4/checkpoints/lint_checkpoint.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/checkpoints/write_checkpoint.hpp"
#include "test_files.hpp"

namespace fp4::checkpoints {
namespace {

class Cases : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("FP4SIM_CASES");
        cases = folder ? folder : "";
        if (!std::filesystem::exists(cases / "o_ct/model.safetensors"))
            GTEST_SKIP() << "skipped: no cases in FP4SIM_CASES='" << cases.string() << "'";
    }

    QuantizedCheckpoint open(const char* name) {
        auto opened = QuantizedCheckpoint::open(cases / name);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        if (!opened) std::abort();
        return std::move(*opened);
    }
    static void expect_warning(const QuantizedCheckpoint& checkpoint, const std::string& part) {
        EXPECT_TRUE(std::ranges::any_of(checkpoint.warnings(), [&](const auto& warning) {
            return warning.find(part) != std::string::npos;
        })) << part;
    }
    size_t errors(const char* name) {
        const auto found = lint_checkpoint(cases / name);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return static_cast<size_t>(std::ranges::count(*found, Severity::error, &Finding::severity));
    }

    std::filesystem::path cases;
    test::TempDir dir;
};

TEST_F(Cases, OwnExport) {
    auto own = open("o_ct");
    EXPECT_TRUE(own.warnings().empty());
    EXPECT_TRUE(own.check());
    EXPECT_EQ(errors("o_ct"), 0u);
    const auto report = write_checkpoint(Layout::compressed_tensors, own, dir / "again");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(test::read_file(dir / "again/model.safetensors"),
              test::read_file(cases / "o_ct/model.safetensors"));
}

TEST_F(Cases, MassiveActivations) {
    expect_warning(open("r_ct_massive"), "stands for 80000");
    EXPECT_EQ(errors("r_ct_massive"), 0u);
}

TEST_F(Cases, TargetsByRegularExpression) {
    const auto checkpoint = open("r_ct_targets");
    EXPECT_EQ(checkpoint.linears().size(), 6u);
    EXPECT_EQ(checkpoint.plain_tensors().size(), 7u + 8u);
    EXPECT_EQ(errors("r_ct_targets"), 0u);
}

TEST_F(Cases, UnequalScalesOfAFusedGroup) {
    auto own = open("o_ct"), unequal = open("r_ct_unequal");
    expect_warning(unequal, "k_proj: expected the tensor scale of its fused group");
    EXPECT_TRUE(unequal.check());
    const auto compared = compare_models(own, unequal);
    ASSERT_TRUE(compared) << compared.error().message;
    EXPECT_FALSE(compared->equal());
    const auto converted =
        convert_checkpoint(cases / "r_ct_unequal", Layout::modelopt, dir / "converted");
    ASSERT_TRUE(converted) << converted.error().message;
    EXPECT_FALSE(converted->warnings.empty());
    EXPECT_GT(errors("r_ct_unequal"), 0u);
}

TEST_F(Cases, KvCacheInFp8) {
    const auto checkpoint = open("r_mo_kvfp8");
    EXPECT_EQ(checkpoint.kv_cache_scales().size(), 4u);
    expect_warning(checkpoint, "the KV cache's quantization (FP8)");
    EXPECT_EQ(errors("r_mo_kvfp8"), 0u);
}

TEST_F(Cases, Fp8Blocks) {
    for (const auto& message : {Checkpoint::open(cases / "fp8block").error().message,
                                QuantizedCheckpoint::open(cases / "fp8block").error().message}) {
        EXPECT_NE(message.find("found 'fp8'"), std::string::npos) << message;
        EXPECT_NE(message.find("weight_scale_inv"), std::string::npos) << message;
    }
    const auto file = io::SafetensorsFile::open(cases / "fp8block/model.safetensors");
    ASSERT_TRUE(file);
    const auto weights = read_weights(*file, *file->find("model.layers.0.mlp.down_proj.weight"));
    ASSERT_FALSE(weights);
    EXPECT_NE(weights.error().message.find("F8_E4M3 [64, 128], whose scale is tensor "
                                           "'model.layers.0.mlp.down_proj.weight_scale_inv'"),
              std::string::npos)
        << weights.error().message;
}

TEST_F(Cases, BiasesWithoutTheFlag) {
    const auto plain = Checkpoint::open(cases / "base_bias_noflag");
    ASSERT_TRUE(plain);
    EXPECT_EQ(unused_tensors(*plain).size(), 6u);
    expect_warning(open("base_bias_noflag"), "self_attn.k_proj.bias");
}

TEST_F(Cases, EmptyMatrix) {
    const auto file = io::SafetensorsFile::open(cases / "empty.safetensors");
    ASSERT_TRUE(file);
    const auto weights = read_weights(*file, *file->find("empty"));
    ASSERT_FALSE(weights);
    EXPECT_NE(weights.error().message.find("found [0, 32]"), std::string::npos);
}

} // namespace
} // namespace fp4::checkpoints
