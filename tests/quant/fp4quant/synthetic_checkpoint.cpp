// synthetic_checkpoint DIR: a checkpoint with the shapes of Llama-3.2-1B and the statistics of trained weights, BF16, 2.5 GB.
#include <cstdio>
#include <cstring>

#include "fp4/traces/atomic_file.hpp"
#include "fp4/traces/layer_linears.hpp"
#include "fp4/traces/safetensors.hpp"
#include "fp4/traces/synthetic.hpp"

using namespace fp4::traces;

namespace {

constexpr std::string_view config_json = R"({"architectures":["LlamaForCausalLM"],"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":16,
"num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,"vocab_size":128256,"max_position_embeddings":131072,"rms_norm_eps":1e-05,"rope_theta":500000.0,
"rope_scaling":{"factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},
"tie_word_embeddings":true,"hidden_act":"silu","attention_bias":false,"mlp_bias":false,"torch_dtype":"bfloat16"}
)";

struct Matrix {
    std::string name;
    uint64_t rows, columns; // one row: a norm
};

std::vector<Matrix> matrices(const ModelConfig& config) {
    std::vector<Matrix> out{{"model.embed_tokens.weight", 128256, config.hidden_size}, {"model.norm.weight", 1, config.hidden_size}};
    for (uint64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto prefix = "model.layers." + std::to_string(layer) + ".";
        out.push_back({prefix + "input_layernorm.weight", 1, config.hidden_size});
        out.push_back({prefix + "post_attention_layernorm.weight", 1, config.hidden_size});
        for (const auto& linear : layer_linears(config, static_cast<int>(layer))) out.push_back({linear.tensor, linear.n, linear.k});
    }
    return out;
}

// 64 rows at a time: the generator's tensor is (name, first row), so any machine makes the same bytes.
fp4::Status fill(SafetensorsStream& file, const Matrix& matrix) {
    std::vector<uint16_t> words;
    for (uint64_t first = 0; first < matrix.rows; first += 64) {
        const auto values = synthetic_weights(0, matrix.name + "#" + std::to_string(first), std::min<uint64_t>(64, matrix.rows - first), matrix.columns);
        words.clear();
        for (const float value : values) {
            uint32_t bits;
            std::memcpy(&bits, &value, sizeof bits);
            words.push_back(static_cast<uint16_t>(bits >> 16)); // bfloat16 values
        }
        if (auto status = file.append(matrix.name, std::as_bytes(std::span(words))); !status) return status;
    }
    return fp4::Done{};
}

fp4::Status make(const std::filesystem::path& folder) {
    const auto config = parse_model_config(config_json, "config.json");
    if (!config) return config.error();
    if (auto status = write_file_atomically(folder / "config.json", config_json); !status) return status;
    std::vector<TensorSpec> specs;
    const auto all = matrices(*config);
    for (const Matrix& matrix : all)
        specs.push_back({matrix.name, Dtype::bf16, matrix.rows == 1 ? std::vector<uint64_t>{matrix.columns} : std::vector<uint64_t>{matrix.rows, matrix.columns}});
    auto file = SafetensorsStream::create(folder / "model.safetensors", {}, specs);
    if (!file) return file.error();
    for (const Matrix& matrix : all)
        if (auto status = fill(*file, matrix); !status) return status;
    return file->commit();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: synthetic_checkpoint DIR\n"), 2;
    if (const auto status = make(argv[1]); !status) return std::fprintf(stderr, "synthetic_checkpoint: %s\n", status.error().message.c_str()), 2;
}
