#include "test_traces.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "fp4/formats/float_spec.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "run_program.hpp"

namespace fp4::test {

traces::Trace random_trace(uint64_t seed, Format weights, Format activations,
                           const std::vector<OpShape>& ops, bool nan_scales) {
    std::mt19937_64 random(seed);
    traces::Trace trace{.model = "random",
                        .layers = {0},
                        .source = traces::Source::synthetic,
                        .source_sha256 = "none",
                        .encoder = "none",
                        .tokens = ops.front().m,
                        .seed = seed,
                        .other_metadata = {},
                        .ops = {}};
    const Specials specials{static_cast<uint8_t>(1 + random() % 31),
                            static_cast<uint8_t>(1 + random() % 31)};
    const auto operand = [&](Format format, uint64_t rows, uint64_t k) {
        PackedTensor t{{format, specials}, rows, k};
        t.codes.resize(rows * t.code_bytes_per_row());
        t.scales.resize(rows * t.scale_bytes_per_row());
        for (auto& byte : t.codes) byte = static_cast<uint8_t>(random());
        for (auto& byte : t.scales) do
                byte = static_cast<uint8_t>(random());
            while (!nan_scales && format != Format::razer_w && (byte & 0x7F) == 0x7F);
        t.tensor_scale =
            Fp32::from_float(std::ldexp(1.0f + static_cast<float>(random() % 1000) / 1000.0f,
                                        static_cast<int>(random() % 20) - 12));
        return t;
    };
    for (const OpShape& op : ops)
        trace.ops.push_back(
            {op.name, operand(activations, op.m, op.k), operand(weights, op.n, op.k), {}, {}});
    return trace;
}

void write_checkpoint(const std::filesystem::path& folder, io::Dtype dtype, bool shards) {
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(io::write_file_atomically(
        folder / "config.json",
        R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
        "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "torch_dtype": "bfloat16"})"));
    const checkpoints::ModelConfig config{"LlamaForCausalLM", "", 64, 96, 1, 4, 2, 16};
    std::mt19937_64 random(7);
    std::vector<std::vector<std::byte>> bytes;
    std::vector<io::TensorData> tensors;
    for (const auto& linear : checkpoints::layer_linears(config, 0)) {
        const auto element = static_cast<size_t>(io::spec_of(dtype).bits / 8);
        std::vector<std::byte>& data = bytes.emplace_back(linear.n * linear.k * element);
        for (size_t i = 0; i < linear.n * linear.k; ++i) {
            const float value = (static_cast<float>(random() % 4096) - 2048.0f) / 32768.0f;
            uint32_t bits = Fp32::from_float(value).bits;
            if (dtype == io::Dtype::bf16) bits >>= 16;
            if (dtype == io::Dtype::f16) // exact: 12 significant bits at most, exponents -15 to -4,
                                         // no subnormals kept
                bits = value == 0 || Fp32{bits}.exponent() < -14
                           ? 0
                           : (bits >> 16 & 0x8000) |
                                 static_cast<uint32_t>(Fp32{bits}.exponent() + 15) << 10 |
                                 (bits >> 13 & 0x3FF);
            std::memcpy(&data[i * element], &bits, element);
        }
        tensors.push_back({linear.weight(), dtype, {linear.n, linear.k}, {}});
    }
    for (size_t i = 0; i < tensors.size(); ++i) tensors[i].bytes = bytes[i];
    if (!shards) {
        ASSERT_TRUE(io::write_safetensors(folder / "model.safetensors", {}, tensors));
        return;
    }
    const std::span all(tensors);
    ASSERT_TRUE(
        io::write_safetensors(folder / "model-00001-of-00002.safetensors", {}, all.first(3)));
    ASSERT_TRUE(
        io::write_safetensors(folder / "model-00002-of-00002.safetensors", {}, all.subspan(3)));
    std::string map;
    for (size_t i = 0; i < tensors.size(); ++i)
        map += (i ? ", \"" : "\"") + tensors[i].name + "\": \"model-0000" + (i < 3 ? "1" : "2") +
               "-of-00002.safetensors\"";
    ASSERT_TRUE(io::write_file_atomically(folder / "model.safetensors.index.json",
                                          "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" +
                                              map + "}}"));
}

} // namespace fp4::test
