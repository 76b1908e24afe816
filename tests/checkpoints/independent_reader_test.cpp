// What the layouts mean to readers that share no code with this library.
#include <cstdlib>
#include <sstream>

#include "child_process.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/io/sha256.hpp"
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

template <class Value>
std::string digest(const PackedTensor& weight) {
    std::vector<Value> values(weight.rows * weight.k);
    EXPECT_TRUE(dequantize_tensor(weight, std::span(values), "weight"));
    io::Sha256 sha;
    sha.update(std::as_bytes(std::span(values)));
    return sha.hex_digest();
}

class IndependentReader : public TinyModel {
  protected:
    void SetUp() override {
        if (std::string_view(FP4_PYTHON).empty()) GTEST_SKIP() << "skipped: no Python 3 was found";
        TinyModel::SetUp();
    }

    std::string python(const std::string& command, const std::filesystem::path& folder) {
        const auto result =
            test::run_program(FP4_PYTHON, {FP4_READ_LAYOUTS, command, folder.string()});
        EXPECT_EQ(result.status, 0) << result.err;
        return result.out;
    }

    // Lines of "read" as this library would print them.
    std::string numbers(const std::filesystem::path& folder) {
        auto checkpoint = open(folder);
        std::map<std::string, std::string> lines;
        for (size_t i = 0; i < checkpoint.linears().size(); ++i) {
            const auto linear = checkpoint.linear(i);
            EXPECT_TRUE(linear);
            lines[linear->name] = digest<Fp32>(linear->weight) + " " + digest<Bf16>(linear->weight);
        }
        EXPECT_EQ(lines.size(), 14u);
        std::string text;
        for (const auto& [name, line] : lines) text += name + " " + line + "\n";
        return text;
    }
};

TEST_F(IndependentReader, CompressedTensors) {
    write(Layout::compressed_tensors, Encoder::ct, out);
    EXPECT_EQ(python("read", out), numbers(out));
    write(Layout::compressed_tensors, Encoder::nv, dir / "w4a4",
          Format::nvfp4); // with negative zeros, and an inverted multiplier
    EXPECT_EQ(python("read", dir / "w4a4"), numbers(dir / "w4a4"));
}

TEST_F(IndependentReader, CompressedTensorsPackage) {
    const char* const with_packages =
        std::getenv("FP4_PYTHON_WITH_PACKAGES"); // a Python that has compressed-tensors
    for (const bool inputs : {false, true}) {
        const auto folder = dir / (inputs ? "w4a4" : "w4a16");
        write(Layout::compressed_tensors, Encoder::nv, folder,
              inputs ? std::optional(Format::nvfp4) : std::nullopt);
        const auto result = test::run_program(with_packages ? with_packages : FP4_PYTHON,
                                              {FP4_PACKAGE_READER, folder.string()});
        if (result.status == 77) GTEST_SKIP() << result.out;
        ASSERT_EQ(result.status, 0) << result.err;

        auto checkpoint = open(folder);
        std::map<std::string, std::string> lines;
        for (size_t i = 0; i < checkpoint.linears().size(); ++i) {
            const auto linear = checkpoint.linear(i);
            const auto& weight = linear->weight;
            std::vector<int8_t> halves;
            for (uint64_t e = 0; e < weight.rows * weight.k; ++e)
                halves.push_back(
                    static_cast<int8_t>(e2m1_halves({packed_code(weight.codes, e).code})));
            std::vector<float> scales;
            for (const uint8_t byte : weight.scales)
                scales.push_back(scale_to_float(block_scale(Format::nvfp4, byte)));
            io::Sha256 elements_sha, scales_sha;
            elements_sha.update(std::as_bytes(std::span(halves)));
            scales_sha.update(std::as_bytes(std::span(scales)));
            lines[linear->name] = elements_sha.hex_digest() + " " + scales_sha.hex_digest();
        }
        std::string text;
        for (const auto& [name, line] : lines) text += name + " " + line + "\n";
        EXPECT_EQ(result.out, text);
    }
}

TEST_F(IndependentReader, ModelOpt) {
    write(Layout::modelopt, Encoder::modelopt, out);
    EXPECT_EQ(python("read", out), numbers(out));
    write(Layout::modelopt, Encoder::te, dir / "w4a4", Format::nvfp4, {.max_shard_bytes = 30'000});
    EXPECT_EQ(python("read", dir / "w4a4"), numbers(dir / "w4a4"));
}

TEST_F(IndependentReader, Razer) {
    write(Layout::razer, Encoder::razer_paper, out);
    EXPECT_EQ(python("read", out), numbers(out));
    auto model = encoded(Encoder::razer_paper, {.specials = {10, 14}, .e3m3_max = 30});
    ChangedModel changed(model, true, [](QuantizedLinear& linear) {
        add_inputs(linear, Format::razer_a);
        if (linear.name.ends_with("down_proj")) linear.weight.specials.v2_halves = 18;
    });
    const auto report =
        write_checkpoint(Layout::razer, changed, dir / "own", {.max_shard_bytes = 30'000});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_GT(report->weight_files.size(), 1u);
    EXPECT_EQ(python("read", dir / "own"), numbers(dir / "own"));
}

TEST_F(IndependentReader, DequantizedWeightsAreTheBf16Numbers) {
    for (const auto encoder : {Encoder::razer_paper, Encoder::nv}) {
        auto model = encoded(encoder);
        const auto folder = dir / spec_of(encoder).name;
        const auto report = write_checkpoint(Layout::plain, model, folder);
        ASSERT_TRUE(report) << report.error().message;
        std::map<std::string, std::string> lines;
        for (size_t i = 0; i < model.linears().size(); ++i)
            lines[model.linears()[i].name] = digest<Bf16>(model.linear(i)->weight);
        std::string text;
        for (const auto& [name, line] : lines) text += name + " " + line + "\n";
        EXPECT_EQ(python("bf16", folder), text);
    }
}

TEST_F(IndependentReader, ConsumersRefuseRazer) {
    write(Layout::razer, Encoder::razer_paper, out, Format::nvfp4);
    std::istringstream lines(python("consumers", out));
    size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_TRUE(line.find("refuses:") != line.npos) << line;
    EXPECT_EQ(count, 4u);
}

TEST_F(IndependentReader, ConsumersAcceptTheirOwn) { // so that their refusal means something
    write(Layout::compressed_tensors, Encoder::ct, out);
    write(Layout::modelopt, Encoder::modelopt, dir / "modelopt");
    EXPECT_EQ(
        python("consumers", out),
        "consumer_by_config accepts\nconsumer_by_names accepts\nconsumer_of_any_file accepts\n"
        "consumer_modelopt refuses: no hf_quant_config.json\n");
    EXPECT_EQ(python("consumers", dir / "modelopt"),
              "consumer_by_config accepts\nconsumer_by_names accepts\nconsumer_of_any_file "
              "accepts\nconsumer_modelopt accepts\n");
}

} // namespace
} // namespace fp4::checkpoints
