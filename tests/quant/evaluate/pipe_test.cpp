// The pipe, once for every row of the table of quantizers: the codes and scale bytes that a
// quantizer makes are evaluated, exported, read again, traced and multiplied by the RTL as the same
// bytes.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "child_process.hpp"
#include "few_windows.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/pipeline/checkpoint_layers.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "fp4/traces/captured.hpp"
#include "fp4/traces/trace.hpp"

namespace fp4::quant {
namespace {

const std::string model = FP4_REF_LLAMA;

// Tensors by name, read without the code under test.
using Bytes = std::map<std::string, std::vector<uint8_t>>;

Bytes bytes_of(const std::filesystem::path& folder) {
    Bytes out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".safetensors") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        uint64_t length = 0;
        file.read(reinterpret_cast<char*>(&length), sizeof length);
        std::string text(length, '\0');
        file.read(text.data(), static_cast<std::streamsize>(length));
        const auto header = nlohmann::json::parse(text);
        for (const auto& [name, tensor] : header.items()) {
            if (name == "__metadata__") continue;
            const uint64_t begin = tensor["data_offsets"][0], end = tensor["data_offsets"][1];
            auto& bytes = out[name];
            bytes.resize(end - begin);
            file.seekg(static_cast<std::streamoff>(8 + length + begin));
            file.read(reinterpret_cast<char*>(bytes.data()),
                      static_cast<std::streamsize>(bytes.size()));
        }
    }
    return out;
}

class Pipe : public testing::TestWithParam<NamedMethod> {
  protected:
    void SetUp() override {
        std::ofstream(folder / "faar.yaml")
            << "base: best\nstage1: {steps: 3, curvature: 0, scales: encoder, rescales: 0}\n"
               "stage2: {steps: 2, batch_windows: 2, learning_rate: 0.2}\n";
        test::write_few_windows(model, folder / "few.safetensors");
    }

    fp4::test::ProgramResult quantize(const std::string& acts, const std::string& layout,
                                      const std::string& out) const {
        const auto& method = GetParam();
        return fp4::test::run_program(FP4QUANT, {"quantize",
                                                 "--model",
                                                 model,
                                                 "--method",
                                                 std::string(method.name),
                                                 "--format",
                                                 std::string(method.format),
                                                 "--acts",
                                                 acts,
                                                 "--layout",
                                                 layout,
                                                 "--calib",
                                                 folder / "few.safetensors",
                                                 "--align",
                                                 folder / "few.safetensors",
                                                 "--faar",
                                                 folder / "faar.yaml",
                                                 "--threads",
                                                 "1",
                                                 "--quiet",
                                                 "--out",
                                                 folder / out});
    }

    // KL of a model in a table that fp4quant eval wrote.
    std::string kl(std::vector<std::string> words, const std::string& out) const {
        words.insert(words.begin(), "eval");
        for (const std::string& word :
             {std::string("--tokens"), folder / "few.safetensors", std::string("--windows"),
              std::string("2"), std::string("--threads"), std::string("1"), std::string("--quiet"),
              std::string("--out"), folder / out})
            words.push_back(word);
        const auto run = fp4::test::run_program(FP4QUANT, words);
        EXPECT_EQ(run.status, 0) << run.err;
        std::ifstream file(folder / out + "/table.json");
        const auto table = nlohmann::json::parse(file, nullptr, false);
        for (const auto& row : table.value("rows", nlohmann::json::array()))
            if (row["method"] != "bf16" && row["domain"] == "all") return row["kl"].dump();
        ADD_FAILURE() << "no row in " << out;
        return out;
    }

    const fp4::test::TemporaryFolder folder;
};

TEST_P(Pipe, EvaluatedExportedReadTracedAndRunAreTheSameBytes) {
    const auto& method = GetParam();
    const bool razer = method.format == "razer";
    const auto made = quantize("W4A4", razer ? "razer" : "compressed-tensors", "q");
    if (method.transforms) { // an online transform, which no layout can say
        ASSERT_EQ(made.status, 2);
        EXPECT_NE(made.err.find("Hadamard"), std::string::npos) << made.err;
        return;
    }
    ASSERT_EQ(made.status, 0) << made.err;
    const auto q = std::filesystem::path(folder / "q");
    const std::string codes = razer ? ".razer_codes" : ".weight_packed",
                      scales = razer ? ".razer_scales" : ".weight_scale";
    const Bytes exported = bytes_of(q);

    // Traced with the inputs of the model's own forward pass, and run from the folder with the
    // same.
    const auto traced = fp4::test::run_program(
        FP4QUANT, {"trace", "--model", q.string(), "--source", model, "--layer", "all", "--threads",
                   "1", "--out", folder / "t.safetensors"});
    ASSERT_EQ(traced.status, 0) << traced.err;
    const auto captured =
        fp4::test::run_program(FP4QUANT, {"capture", "--model", q.string(), "--source", model,
                                          "--threads", "1", "--out", folder / "a.safetensors"});
    ASSERT_EQ(captured.status, 0) << captured.err;
    const auto run = fp4::test::run_program(
        FP4_SIMRUN, {"--checkpoint", q.string(), "--activations", folder / "a.safetensors",
                     "--layer", "all", "--quiet", "--save-trace", folder / "run.safetensors",
                     "--dump-outputs", folder / "outputs", "--out", folder / "run"});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_TRUE(fp4::test::read_file(folder / "t.safetensors") ==
                fp4::test::read_file(folder / "run.safetensors"));

    const auto trace = traces::read_trace(folder / "run.safetensors");
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->source, traces::Source::packed_checkpoint);
    auto layers = CheckpointLayers::open(q);
    ASSERT_TRUE(layers) << layers.error().message;
    const auto activations = traces::CapturedActivations::open(folder / "a.safetensors");
    ASSERT_TRUE(activations);
    Bytes outputs = bytes_of(folder / "outputs");
    io::Sha256 sha256;
    size_t ops = 0;
    for (uint64_t layer = 0; layer < layers->config().dims.num_hidden_layers; ++layer) {
        auto loaded = layers->load(layer);
        ASSERT_TRUE(loaded) << loaded.error().message;
        const auto evaluated = std::make_shared<const QuantizedLayer>(std::move(*loaded));
        const auto hardware = hardware_true(evaluated, layers->scheme(), exact);
        ASSERT_TRUE(hardware) << hardware.error().message;
        for (const LinearGroup group : linear_groups) {
            const auto k = trace->ops[ops].k();
            const auto input = activations->input(layer, group, k);
            ASSERT_TRUE(input) << input.error().message;
            const auto products = hardware->linears(
                group, torch::tensor(input->values).view({1, -1, static_cast<int64_t>(k)}));
            for (size_t i = 0; i < members(group).size(); ++i, ++ops) {
                const auto op = members(group)[i];
                const auto module = checkpoints::module_name(layer, op);
                const auto& read = *evaluated->linears[static_cast<size_t>(op)];
                const auto& run_op = trace->ops[ops];
                EXPECT_EQ(read.codes, exported.at(module + codes)) << module;
                EXPECT_EQ(read.scales, exported.at(module + scales)) << module;
                EXPECT_EQ(run_op.b.codes, exported.at(module + codes)) << module;
                EXPECT_EQ(run_op.b.scales, exported.at(module + scales)) << module;
                EXPECT_EQ(run_op.b.tensor_scale, read.tensor_scale) << module;
                const auto flat = products[i].contiguous();
                const auto* bytes = static_cast<const uint8_t*>(flat.data_ptr());
                const std::vector<uint8_t> wanted(bytes, bytes + flat.numel() * 4);
                EXPECT_TRUE(outputs[run_op.name + ".out"] == wanted) << run_op.name;
                sha256.update(std::as_bytes(std::span(wanted)));
            }
        }
    }
    EXPECT_EQ(ops, trace->ops.size());
    std::ifstream stats(folder / "run/stats.json");
    const auto json = nlohmann::json::parse(stats);
    EXPECT_EQ(json["outputs_sha256"], sha256.hex_digest());
    EXPECT_EQ(json["mismatches"], 0);
}

// The codes that eval makes in memory score as those that quantize exports, in a layout that stores
// the tensor scale the way the encoder computes it: inverses do not round-trip. Weights alone,
// because a checkpoint's inputs go through its format's standard encoder.
TEST_P(Pipe, ExportedWeightsScoreAsEvaluatedOnes) {
    const auto& method = GetParam();
    if (method.transforms || method.trains)
        GTEST_SKIP() << "eval makes " << method.name << " only from a checkpoint, or none holds it";
    const auto kind = spec_of(method.weights.encoder).tensor_scale.kind;
    ASSERT_EQ(quantize("W4A16",
                       method.format == "razer"           ? "razer"
                       : kind == TensorScaleKind::divisor ? "compressed-tensors"
                                                          : "modelopt",
                       "q")
                  .status,
              0);
    EXPECT_EQ(kl({"--model", model, "--method", std::string(method.name), "--acts", "W4A16",
                  "--calib", folder / "few.safetensors"},
                 "memory"),
              kl({"--model", folder / "q", "--reference", model}, "exported"));
}

// A forward pass whose quantized linears the RTL computes scores what golden's arithmetic scores,
// to the last digit, on the learned codes that are shipped.
TEST(ThroughRtl, ScoresTheLastDigitOfGoldensArithmetic) {
    const fp4::test::TemporaryFolder folder;
    test::write_few_windows(model, folder / "few.safetensors", 2);
    const auto scored = [&](const std::string& out, std::vector<std::string> more) {
        std::vector<std::string> words{"eval",        "--model",  model + "-faar",
                                       "--reference", model,      "--profile",
                                       "exact",       "--tokens", folder / "few.safetensors",
                                       "--threads",   "1",        "--difference-windows",
                                       "1",           "--quiet",  "--out",
                                       folder / out};
        words.insert(words.end(), more.begin(), more.end());
        const auto run = fp4::test::run_program(FP4QUANT, words);
        EXPECT_EQ(run.status, 0) << run.err;
        std::ifstream file(folder / out + "/table.json");
        const auto table = nlohmann::json::parse(file, nullptr, false);
        return table.value("rows", nlohmann::json::array()).dump();
    };
    const auto golden = scored("golden", {});
    EXPECT_NE(golden.find("\"kl\""), std::string::npos);
    EXPECT_EQ(scored("rtl", {"--through-rtl", "--simrun", FP4_SIMRUN}), golden);
}

// Where a layout holds the weights; sweeps change nothing in a pipe but the search.
std::vector<NamedMethod> exported_methods() {
    std::vector<NamedMethod> out;
    std::ranges::copy_if(all_methods, std::back_inserter(out), [](const NamedMethod& method) {
        return method.layout() && method.name != sweep_method;
    });
    return out;
}

INSTANTIATE_TEST_SUITE_P(Quantizers, Pipe, testing::ValuesIn(exported_methods()),
                         [](const auto& each) {
                             std::string name(each.param.name);
                             name += '_';
                             name += each.param.format;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

} // namespace
} // namespace fp4::quant
