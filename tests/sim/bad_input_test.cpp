// Wrong and hostile input: exit status 2 and one line that names the file, the field and what was
// expected; never a crash, never a leftover.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "run_program.hpp"
#include "test_traces.hpp"

namespace fp4::test {
namespace {

// Status 2, exactly one line, every fragment in it.
void expect_refused(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& fragments) {
    const auto run = simrun(arguments);
    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_EQ(run.err_lines(), 1u) << run.err;
    EXPECT_EQ(run.out, "");
    for (const auto& fragment : fragments)
        EXPECT_NE(run.err.find(fragment), std::string::npos)
            << "wanted \"" << fragment << "\" in: " << run.err;
}

std::string safetensors(const std::string& header, const std::string& body = "") {
    uint64_t length = header.size();
    std::string out(8, '\0');
    std::memcpy(out.data(), &length, 8);
    return out + header + body;
}

TEST(BadInput, UnknownTraceListsTheKnown) {
    expect_refused({"--trace", "no-such-trace"}, {"no-such-trace", "llama3-1b-layer0"});
}

TEST(BadInput, TraceFiles) {
    const TemporaryFolder folder;
    const std::vector<std::tuple<std::string, std::string, std::string>> cases{
        {"empty", "", "8"},
        {"short", std::string("\5\0\0", 3), "8"},
        {"truncated",
         safetensors(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})").substr(0, 30),
         "header"},
        {"oversized", std::string("\0\0\0\0\0\0\0\x40", 8) + "{}", "header"},
        {"notjson", safetensors(R"({"a":)"), "object"},
        {"nested", safetensors(std::string(100000, '[')), ""},
        {"overlap",
         safetensors(
             R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}})",
             std::string(12, '\0')),
         "'b'"},
        {"range",
         safetensors(R"({"a":{"dtype":"U8","shape":[64],"data_offsets":[0,64]}})",
                     std::string(8, '\0')),
         "64"},
        {"shape",
         safetensors(R"({"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
                     std::string(8, '\0')),
         "'a'"},
        {"notrace",
         safetensors(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})",
                     std::string(8, '\0')),
         "fp4sim.trace"}};
    for (const auto& [name, bytes, fragment] : cases) {
        const auto path = folder / (name + ".safetensors");
        folder.write(name + ".safetensors", bytes);
        expect_refused({"--trace", path}, {path, fragment, "expected"});
    }
    expect_refused({"--trace", folder / "absent.safetensors"}, {"absent.safetensors"});
    expect_refused({"--trace", folder.path().string()}, {folder.path().string()});
}

TEST(BadInput, TraceFields) {
    const TemporaryFolder folder;
    const auto path = folder / "t.safetensors";
    const auto good = random_trace(1, Format::razer_w, Format::razer_a, {{"x", 2, 3, 32}});
    const auto refused = [&](auto change, const std::vector<std::string>& fragments) {
        auto trace = good;
        change(trace);
        ASSERT_TRUE(traces::write_trace(path, trace));
        expect_refused({"--trace", path, "--config", "small"}, fragments);
    };
    const auto reshape = [](PackedTensor& t, uint64_t rows, uint64_t k) {
        t.rows = rows;
        t.k = k;
        t.codes.resize(rows * (k / 2));
        t.scales.resize(rows * (k / 16));
    };
    refused([&](auto& t) { reshape(t.ops[0].a, 2, 24), reshape(t.ops[0].b, 3, 24); },
            {path, "x.a_codes", "multiple of 16", "24"});
    refused([&](auto& t) { reshape(t.ops[0].b, 3, 48); }, {path, "x.b_codes", "K", "32", "48"});
    refused([&](auto& t) { t.ops[0].a.tensor_scale = {0x7F800000}; },
            {path, "x.a_tensor_scale", "finite"});
    refused([&](auto& t) { t.ops.push_back(t.ops[0]), t.ops[1].name = "x,y"; },
            {path, "ops", "distinct"});
    const io::Metadata metadata{
        {"fp4sim.trace", "1"}, {"model", "m"},          {"layer", "0"},
        {"ops", "x"},          {"source", "synthetic"}, {"source_sha256", "-"},
        {"a_format", "nvfp4"}, {"b_format", "nvfp4"},   {"v1_halves", "10"},
        {"v2_halves", "16"},   {"encoder", "nv"},       {"tokens", "1"},
        {"seed", "0"}};
    for (const auto& [key, value, fragment] : {std::tuple{"fp4sim.trace", "3", "\"1\" or \"2\""},
                                               {"layer", "-1", "integer"},
                                               {"a_format", "fp8", "razer-w"},
                                               {"source", "dreams", "checkpoint"},
                                               {"v1_halves", "32", "31"},
                                               {"ops", "", "at least one"},
                                               {"ops", "x,x", "distinct"}}) {
        auto changed = metadata;
        changed[key] = value;
        ASSERT_TRUE(io::write_safetensors(path, changed, {}));
        expect_refused({"--trace", path}, {path, key, fragment});
    }
    for (const auto& [key, value] : metadata) {
        auto changed = metadata;
        changed.erase(key);
        ASSERT_TRUE(io::write_safetensors(path, changed, {}));
        expect_refused({"--trace", path}, {path, key});
    }
    const std::vector<float> wrong(16);
    const std::vector<io::TensorData> tensors{
        {"x.a_codes", io::Dtype::f32, {2, 8}, std::as_bytes(std::span(wrong))}};
    ASSERT_TRUE(io::write_safetensors(path, metadata, tensors));
    expect_refused({"--trace", path}, {path, "x.a_codes", "U8", "F32"});
}

// Who runs golden alone is not bound to what the RTL decodes.
TEST(BadInput, FormatsThatTheRtlDoesNotDecode) {
    const TemporaryFolder folder;
    const auto path = folder / "t.safetensors";
    ASSERT_TRUE(traces::write_trace(
        path, random_trace(8, Format::rzr4, Format::nvfp4, {{"layers.0.q", 2, 3, 32}})));
    expect_refused({"--trace", path, "--config", "small"},
                   {"op layers.0.q", "rzr4", "does not decode it"});
    const auto golden = simrun({"--trace", path, "--engine", "golden", "--quiet"});
    EXPECT_EQ(golden.status, 0) << golden.err;
}

TEST(BadInput, Weights) {
    const TemporaryFolder folder;
    const auto path = folder / "w.safetensors";
    const auto refused = [&](io::Dtype dtype, std::vector<uint64_t> shape,
                             std::vector<float> values, const std::vector<std::string>& fragments) {
        const std::vector<io::TensorData> tensors{
            {"w", dtype, shape, std::as_bytes(std::span(values))}};
        ASSERT_TRUE(io::write_safetensors(path, {}, tensors));
        expect_refused({"--weights", path, "--tensor", "w", "--config", "small"}, fragments);
    };
    std::vector<float> values(64, 0.5f);
    values[37] = NAN;
    refused(io::Dtype::f32, {2, 32}, values, {path, "'w'", "NaN", "row 1", "column 5", "37"});
    values[37] = -INFINITY;
    refused(io::Dtype::f32, {2, 32}, values, {path, "'w'", "nfinity", "37"});
    values[37] = 0;
    refused(io::Dtype::f32, {64}, values, {path, "'w'", "[N, K]", "F32 [64]"});
    refused(io::Dtype::f32, {8, 8}, values, {"w", "multiple of 16", "8"});
    refused(io::Dtype::i32, {2, 32}, values, {path, "'w'", "I32", "BF16"});
    expect_refused({"--weights", path, "--tensor", "v"}, {path, "'v'"});
    expect_refused({"--weights", path}, {"--tensor"});
}

TEST(BadInput, Checkpoints) {
    const TemporaryFolder folder;
    expect_refused({"--checkpoint", folder / "absent"}, {"absent"});
    write_checkpoint(folder / "hf", io::Dtype::bf16, false);
    expect_refused({"--checkpoint", folder / "hf", "--layer", "1"}, {"layer", "0", "1"});
    expect_refused({"--checkpoint", folder / "hf", "--ops", "k,lm_head"}, {"lm_head", "gate"});
    const std::string config = read_file(folder / "hf/config.json");
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = config;
        text.replace(text.find(from), from.size(), to);
        folder.write("hf/config.json", text);
    };
    with("\"hidden_size\": 64", "\"hidden_size\": 80");
    expect_refused({"--checkpoint", folder / "hf"}, {"q_proj.weight", "80"});
    with("\"hidden_size\": 64,", "");
    expect_refused({"--checkpoint", folder / "hf"}, {"config.json", "hidden_size"});
    with("LlamaForCausalLM", "GPT2LMHeadModel");
    expect_refused({"--checkpoint", folder / "hf"},
                   {"config.json", "GPT2LMHeadModel", "LlamaForCausalLM"});
}

TEST(BadInput, Configurations) {
    const TemporaryFolder folder;
    const auto path = folder / "c.yaml";
    const std::string good = "array: {rows: 4, cols: 4}\nmemory: {bytes_per_cycle: 16, "
                             "latency_cycles: 10}\nbuffers: {a_bytes: 65536, b_bytes: 65536}\n";
    for (const auto& [text, fragments] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{
             {good + "color: red\n", {path + ":4", "color", "clock_mhz"}},
             {"array: {rows: 4, cols: 4, depth: 2}\nmemory: {bytes_per_cycle: 16, latency_cycles: "
              "10}\nbuffers: {a_bytes: 65536, b_bytes: 65536}\n",
              {path + ":1", "array.depth"}},
             {"array: {rows: four, cols: 4}\nmemory: {bytes_per_cycle: 16, latency_cycles: "
              "10}\nbuffers: {a_bytes: 65536, b_bytes: 65536}\n",
              {path + ":1", "array.rows", "'four'"}},
             {"array: {rows: 4, cols: 4}\n", {path, "memory"}},
             {good + "clock_mhz: 0\n", {path + ":4", "clock_mhz", "positive"}},
             {good + "profile: sloppy\n", {path, "profile", "nv-blackwell"}},
             {"array: [\n", {path}},
             {"just words\n", {path, "map"}},
             {"array: {rows: 5, cols: 4}\nmemory: {bytes_per_cycle: 16, latency_cycles: "
              "10}\nbuffers: {a_bytes: 65536, b_bytes: 65536}\n",
              {"5x4", "core-4x4-exact"}},
             {"array: {rows: 4, cols: 4}\nmemory: {bytes_per_cycle: 16, latency_cycles: "
              "10}\nbuffers: {a_bytes: 100, b_bytes: 65536}\n",
              {"buffers.a_bytes", "4608", "100"}}}) {
        folder.write("c.yaml", text);
        expect_refused({"--ops", "k", "--tokens", "1", "--config", path}, fragments);
    }
    expect_refused({"--config", "no-such"}, {"no-such", "default"});
    expect_refused({"--config", folder / "absent.yaml"}, {"absent.yaml"});
}

TEST(BadInput, Usage) {
    expect_refused({"--no-such-option"}, {"--no-such-option"});
    expect_refused({"--profile", "fp64"}, {"--profile", "nv-blackwell"});
    expect_refused({"--engine", "abacus"}, {"--engine"});
    expect_refused({"--format", "razer-w:fp8"}, {"--format", "razer-a"});
    expect_refused({"--tokens", "0"}, {"--tokens"});
    expect_refused({"--c", "ones"}, {"--c"});
    expect_refused({"--ops", "k,lm_head"}, {"lm_head", "gate"});
    expect_refused({"--checkpoint", "x", "--trace", "y"}, {"--checkpoint", "--trace"});
    for (const char* layers : {"3", "all"})
        expect_refused({"--layer", layers}, {"--layer", "--checkpoint"});
    expect_refused({"--fst-window", "k:0:5"}, {"--fst"});
    const TemporaryFolder folder;
    for (const char* window : {"k", "k:0", "k:x:5", "k:0:0", "z:0:5", "k:99999:5"})
        expect_refused({"--ops", "k", "--tokens", "1", "--config", "small", "--fst",
                        folder / "w.fst", "--fst-window", window},
                       {"--fst-window", window});
    expect_refused({"--engine", "golden", "--fst", folder / "w.fst"}, {"--fst", "golden"});
    EXPECT_TRUE(folder.entries().empty());
}

TEST(BadInput, FoldersThatCannotBeWritten) {
    const TemporaryFolder folder;
    folder.write("file", "");
    for (const char* option : {"--out", "--dump-outputs", "--dump-ops"}) {
        expect_refused({option, folder / "file/below"}, {"file/below"});
        expect_refused({option, folder / "file"}, {"file", "not a folder"});
    }
    std::filesystem::create_directory(folder / "mine");
    folder.write("mine/thesis.txt", "ten years");
    expect_refused({"--out", folder / "mine"}, {"mine", "--force"});
    EXPECT_EQ(read_file(folder / "mine/thesis.txt"), "ten years");
    expect_refused({"--save-trace", folder / "file/t.safetensors", "--ops", "k", "--tokens", "1"},
                   {"file/t.safetensors"});
    EXPECT_EQ(folder.entries(), (std::vector<std::string>{"file", "mine"}));
}

} // namespace
} // namespace fp4::test
