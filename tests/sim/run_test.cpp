// simrun on traces, formats, profiles and engines: every output equal, and the files that say so.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fp4/arithmetic/rtl_formats.hpp"
#include "run_program.hpp"
#include "test_traces.hpp"

namespace fp4::test {
namespace {

nlohmann::json stats(const std::string& folder) {
    return nlohmann::json::parse(read_file(folder + "/stats.json"));
}

// Odd shapes on the 4 x 4 array: partial tiles on both edges, one block, a short last fused step.
const std::vector<OpShape> odd_shapes{
    {"one", 1, 1, 16}, {"ragged", 5, 9, 80}, {"wide", 3, 18, 48}, {"tall", 13, 2, 192}};

class EveryPair : public testing::TestWithParam<std::tuple<int, int, int>> {};

TEST_P(EveryPair, RtlEqualsGoldenOnUniformBits) {
    const auto [weights, activations, profile] = GetParam();
    const auto name = [](int format) {
        return std::string(spec_of(static_cast<Format>(format)).name);
    };
    const TemporaryFolder folder;
    for (const auto& [v1, v2] : {std::pair{"10", "16"}, {"31", "29"}, {"1", "7"}})
        for (const char* c : {"zero", "random"}) {
            const auto run = simrun(
                {"--trace", "uniform-bits", "--format", name(weights) + ":" + name(activations),
                 "--v1-halves", v1, "--v2-halves", v2, "--config", "small", "--quiet", "--c", c,
                 "--profile", std::string(arithmetic_profiles[static_cast<size_t>(profile)].name),
                 "--out", folder / "out"});
            EXPECT_EQ(run.status, 0) << run.err;
            const auto result = stats(folder / "out");
            EXPECT_EQ(result["result"], "pass");
            EXPECT_EQ(result["mismatches"], 0);
            EXPECT_EQ(result["outputs_checked"], 13 * (1 + 9 + 130 + 66 + 66));
            EXPECT_EQ(result["macs"], 13 * (1 * 16 + 9 * 80 + 130 * 432 + 66 * 2048 + 66 * 80));
        }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryPair,
                         testing::Combine(testing::Range(0, 3), testing::Range(0, 3),
                                          testing::Values(0, 1, 3)));

// Blocks of up to 64 elements, and their scale records, on partial tiles and a short last step.
class EveryFormat : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(EveryFormat, RtlEqualsGoldenOnRandomBits) {
    const auto format = static_cast<Format>(std::get<0>(GetParam()));
    const Arithmetic& profile = arithmetic_profiles[static_cast<size_t>(std::get<1>(GetParam()))];
    const TemporaryFolder folder;
    const auto path = folder / "t.safetensors";
    const auto block = static_cast<uint64_t>(spec_of(format).block);
    ASSERT_TRUE(traces::write_trace(path, random_trace(3, format, format,
                                                       {{"one", 1, 1, block},
                                                        {"ragged", 5, 9, 5 * block},
                                                        {"wide", 3, 18, 16 * block}})));
    const auto run = simrun({"--trace", path, "--config", "small", "--quiet", "--c", "random",
                             "--profile", std::string(profile.name)});
    if (contains(rtl_formats(profile), format)) {
        EXPECT_EQ(run.status, 0) << run.err;
    } else {
        EXPECT_EQ(run.status, 2);
        EXPECT_NE(run.err.find(std::string(spec_of(format).name)), std::string::npos) << run.err;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat,
                         testing::Combine(testing::Range(0, static_cast<int>(format_specs.size())),
                                          testing::Values(0, 1, 3)));

void expect_engines_agree(const traces::Trace& trace) {
    const TemporaryFolder folder;
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors", trace));
    for (const char* type : {"f32", "bf16", "f16"}) {
        std::vector<std::string> hashes;
        for (const char* engine : {"rtl", "golden"}) {
            const auto run =
                simrun({"--trace", folder / "t.safetensors", "--config", "small", "--quiet",
                        "--engine", engine, "--d-type", type, "--out", folder / "out"});
            ASSERT_EQ(run.status, 0) << run.err;
            EXPECT_EQ(stats(folder / "out")["engine"], engine);
            hashes.push_back(stats(folder / "out")["outputs_sha256"]);
        }
        EXPECT_EQ(hashes[0], hashes[1]) << type;
    }
}

TEST(Run, EnginesAndOutputTypesGiveTheSameBytes) {
    expect_engines_agree(random_trace(3, Format::razer_w, Format::razer_a, odd_shapes));
}

// Operands of one op whose rows have scales of their own, one side of another.
TEST(Run, EnginesAgreeOnScalesOfRows) {
    auto trace = random_trace(4, Format::razer_w, Format::nvfp4, odd_shapes);
    const auto own = [](PackedTensor& t) {
        for (uint64_t row = 0; row < t.rows; ++row)
            t.row_scales.push_back(Fp32::from_float(0.37f * static_cast<float>(row + 1)));
    };
    own(trace.ops[1].a);
    own(trace.ops[1].b);
    own(trace.ops[2].b);
    own(trace.ops[3].a);
    expect_engines_agree(trace);
}

TEST(Run, CudaGivesTheSameBytesOrSaysWhyNot) {
    const TemporaryFolder folder;
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors",
                                    random_trace(4, Format::razer_w, Format::razer_a, odd_shapes)));
    const auto run = simrun({"--trace", folder / "t.safetensors", "--quiet", "--engine", "cuda",
                             "--out", folder / "cuda"});
    if (run.status == 2) {
        EXPECT_TRUE(run.err.starts_with("simrun: --engine cuda: ")) << run.err;
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_FALSE(std::filesystem::exists(folder / "cuda"));
        GTEST_SKIP() << run.err;
    }
    ASSERT_EQ(run.status, 0) << run.err;
    ASSERT_EQ(simrun({"--trace", folder / "t.safetensors", "--quiet", "--engine", "golden", "--out",
                      folder / "golden"})
                  .status,
              0);
    EXPECT_EQ(stats(folder / "cuda")["engine"], "cuda");
    EXPECT_EQ(stats(folder / "cuda")["outputs_sha256"], stats(folder / "golden")["outputs_sha256"]);
}

// What the RTL computed, read back by the kernels' own reader: RTL, golden and kernels meet on one
// trace.
class DumpedOps : public testing::TestWithParam<std::tuple<const char*, const char*, const char*>> {
};

TEST_P(DumpedOps, KernelsAndGoldenEqualTheRtl) {
    const auto [profile, type, c] = GetParam();
    const TemporaryFolder folder;
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors",
                                    random_trace(6, Format::razer_w, Format::razer_a, odd_shapes)));
    const auto run =
        simrun({"--trace", folder / "t.safetensors", "--config", "small", "--quiet", "--profile",
                profile, "--d-type", type, "--c", c, "--dump-ops", folder / "ops"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run_program("/bin/sh", {"-c", "cd " + std::string(folder / "ops") +
                                                " && sha256sum --quiet -c SHA256SUMS && [ $(wc -l "
                                                "<SHA256SUMS) = $(($(ls | wc -l) - 1)) ]"})
                  .status,
              0);
    const auto check = run_program(FP4_KERNELCHECK, {"--emulated", "--ops", folder / "ops"});
    EXPECT_EQ(check.status, 0) << check.out << check.err;
    EXPECT_NE(check.out.find("8 checks, 0 failed, 0 skipped"), std::string::npos) << check.out;

    auto d = read_file(folder / "ops/002.d");
    d[9] = static_cast<char>(d[9] ^ 1);
    std::ofstream(folder / "ops/002.d", std::ios::binary) << d;
    const auto wrong = run_program(FP4_KERNELCHECK, {"--emulated", "--ops", folder / "ops"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_NE(wrong.out.find("2 failed"), std::string::npos) << wrong.out;
}

INSTANTIATE_TEST_SUITE_P(Runs, DumpedOps,
                         testing::Values(std::tuple{"exact", "bf16", "random"},
                                         std::tuple{"nv-blackwell", "f16", "zero"}));

TEST(Run, StatsSayWhatWasRun) {
    const TemporaryFolder folder;
    const auto run = simrun({"--trace", "llama3-1b-layer0", "--ops", "k", "--tokens", "3",
                             "--config", "small", "--out", folder / "out"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    EXPECT_NE(run.out.find("synthetic"), std::string::npos);
    EXPECT_NE(run.out.find("PASS: 1536 outputs"), std::string::npos) << run.out;
    const auto result = stats(folder / "out");
    EXPECT_EQ(result["trace"], "llama3-1b-layer0");
    EXPECT_EQ(result["layers"], nlohmann::json::array({0}));
    EXPECT_FALSE(result.contains("layer"));
    EXPECT_EQ(result["source"], "synthetic");
    EXPECT_EQ(result["engine"], "rtl");
    EXPECT_EQ(result["checked_against"], "golden-reference");
    EXPECT_EQ(result["profile"], "exact");
    EXPECT_EQ(result["weight_format"], "razer-w");
    EXPECT_EQ(result["activation_format"], "razer-a");
    EXPECT_EQ(result["ops"].size(), 1u);
    const auto& op = result["ops"][0];
    EXPECT_EQ(op["macs"], 3u * 512 * 2048);
    // The bus sets the pace: 128 panels of weights take 288 cycles each; the activations, the
    // outputs between them and the latencies are the rest.
    EXPECT_EQ(op["cycles"], 128 * 288 + 778);
    EXPECT_EQ(op["utilization"].get<double>(), 128.0 * 128 / (128 * 288 + 778));
    // Every byte of both operands once, and the outputs.
    EXPECT_EQ(op["bytes_read"], (3u + 512u) * (1024 + 128));
    EXPECT_EQ(op["bytes_written"], 3u * 512 * 4);
    EXPECT_NE(read_file(folder / "out/junit.xml").find("tests=\"1\" failures=\"0\""),
              std::string::npos);
    // The configuration in effect is itself a configuration.
    const auto again =
        simrun({"--trace", "llama3-1b-layer0", "--ops", "k", "--tokens", "3", "--config",
                folder / "out/config.yaml", "--quiet", "--out", folder / "again"});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(stats(folder / "again")["cycles"], result["cycles"]);
}

// Several layers, an operand format per op: names in full, columns that hold them.
TEST(Run, TracesOfSeveralLayersAndFormats) {
    const TemporaryFolder folder;
    auto trace = random_trace(9, Format::razer_w, Format::razer_a,
                              {{"layers.0.q", 2, 3, 32}, {"layers.15.down", 5, 9, 80}});
    trace.layers = {0, 15};
    static_cast<OperandFormat&>(trace.ops[1].b) = {Format::nvfp4};
    static_cast<OperandFormat&>(trace.ops[1].a) = {Format::razer_a, {7, 9}};
    for (auto& scale : trace.ops[1].b.scales) scale &= 0x77; // no NaN
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors", trace));
    const auto run =
        simrun({"--trace", folder / "t.safetensors", "--config", "small", "--out", folder / "out"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto result = stats(folder / "out");
    EXPECT_EQ(result["layers"], nlohmann::json::array({0, 15}));
    EXPECT_EQ(result["weight_format"], traces::format_names(trace, &traces::TraceOp::b));
    EXPECT_NE(result["weight_format"], "razer-w");
    EXPECT_EQ(result["activation_format"], "razer-a");
    EXPECT_EQ(result["ops"][1]["op"], "layers.15.down");
    EXPECT_NE(run.out.find("model random layers 0, 15  source: "), std::string::npos) << run.out;
    EXPECT_NE(run.out.find("\nlayers.0.q         2      3     32 "), std::string::npos) << run.out;
    EXPECT_NE(run.out.find("\nlayers.15.down     5      9     80 "), std::string::npos) << run.out;
}

TEST(Run, SavedTraceGivesTheSameOutputs) {
    const TemporaryFolder folder;
    const auto first =
        simrun({"--ops", "k,v", "--tokens", "2", "--config", "small", "--quiet", "--save-trace",
                folder / "t.safetensors", "--out", folder / "a", "--dump-outputs", folder / "da"});
    ASSERT_EQ(first.status, 0) << first.err;
    const auto second = simrun({"--trace", folder / "t.safetensors", "--config", "small", "--quiet",
                                "--out", folder / "b", "--dump-outputs", folder / "db"});
    ASSERT_EQ(second.status, 0) << second.err;
    EXPECT_EQ(stats(folder / "a")["outputs_sha256"], stats(folder / "b")["outputs_sha256"]);
    EXPECT_EQ(stats(folder / "b")["source"], "synthetic");
    const auto dumped = io::SafetensorsFile::open(folder / "da/outputs.safetensors");
    ASSERT_TRUE(dumped);
    ASSERT_NE(dumped->find("k.d"), nullptr);
    EXPECT_EQ(dumped->find("v.out")->shape, (std::vector<uint64_t>{2, 512}));
}

TEST(Run, ExpectedOutputsOfATraceAreChecked) {
    const TemporaryFolder folder;
    auto trace = random_trace(5, Format::nvfp4, Format::nvfp4, {{"x", 2, 3, 32}});
    trace.ops[0].d.assign(6, Fp32{0x12345678});
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors", trace));
    const auto run = simrun({"--trace", folder / "t.safetensors", "--config", "small", "--quiet"});
    EXPECT_EQ(run.status, 1);
    EXPECT_NE(run.err.find("op x tile 0"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("0x12345678"), std::string::npos) << run.err;
}

TEST(Run, CheckpointsOfEveryTypeAndShapeOfFolder) {
    const TemporaryFolder folder;
    for (auto dtype : {io::Dtype::bf16, io::Dtype::f16, io::Dtype::f32})
        for (bool shards : {false, true}) {
            const auto name =
                folder / (std::string(io::spec_of(dtype).name) + (shards ? "-sharded" : ""));
            write_checkpoint(name, dtype, shards);
            for (const char* profile : {"exact", "nv-blackwell"}) {
                const auto run = simrun({"--checkpoint", name, "--config", "small", "--profile",
                                         profile, "--out", folder / "out"});
                ASSERT_EQ(run.status, 0) << run.err;
                EXPECT_EQ(stats(folder / "out")["source"], "checkpoint+synthetic-activations");
                EXPECT_NE(run.out.find("checkpoint+synthetic-activations"), std::string::npos);
                EXPECT_EQ(stats(folder / "out")["ops"].size(), 7u);
            }
        }
}

TEST(Run, OneWeightOfAnyFile) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "hf", io::Dtype::bf16, false);
    const auto run = simrun({"--weights", folder / "hf/model.safetensors", "--tensor",
                             "model.layers.0.mlp.down_proj.weight", "--config", "small", "--out",
                             folder / "out"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(stats(folder / "out")["ops"][0]["n"], 64);
    EXPECT_EQ(stats(folder / "out")["ops"][0]["k"], 96);
}

TEST(Run, FormatsOfTheCommandLine) {
    for (const auto& [format, weights, activations] : {std::tuple{"nvfp4", "nvfp4", "nvfp4"},
                                                       {"razer", "razer-w", "razer-a"},
                                                       {"razer-w:nvfp4", "razer-w", "nvfp4"}}) {
        const auto run =
            simrun({"--ops", "k", "--tokens", "1", "--config", "small", "--format", format});
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_NE(run.out.find(std::string("weights ") + weights + "  activations " + activations),
                  std::string::npos)
            << run.out;
    }
}

} // namespace
} // namespace fp4::test
