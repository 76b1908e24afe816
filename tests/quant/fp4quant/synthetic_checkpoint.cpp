// synthetic_checkpoint DIR MODEL [LAYERS]: a BF16 checkpoint with the shapes of Llama-3.2-1B or
// Llama-3.1-8B and the statistics of trained weights. With LAYERS it has so many; all take the same
// memory.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "fp4/io/atomic_file.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/traces/synthetic.hpp"

using namespace fp4::checkpoints;
using namespace fp4::io;

namespace {

constexpr uint64_t vocab_size = 128256;

// Empty for an unknown name.
std::string config_json(std::string_view name, std::optional<uint64_t> layers) {
    nlohmann::ordered_json json{{"architectures", {"LlamaForCausalLM"}},
                                {"vocab_size", vocab_size},
                                {"num_attention_heads", 32},
                                {"num_key_value_heads", 8},
                                {"max_position_embeddings", 131072},
                                {"rms_norm_eps", 1e-5},
                                {"rope_theta", 5e5},
                                {"hidden_act", "silu"},
                                {"attention_bias", false},
                                {"mlp_bias", false},
                                {"torch_dtype", "bfloat16"}};
    nlohmann::ordered_json scaling{{"low_freq_factor", 1.0},
                                   {"high_freq_factor", 4.0},
                                   {"original_max_position_embeddings", 8192},
                                   {"rope_type", "llama3"}};
    if (name == "llama-3.2-1b") {
        json.update({{"hidden_size", 2048},
                     {"intermediate_size", 8192},
                     {"num_hidden_layers", 16},
                     {"head_dim", 64},
                     {"tie_word_embeddings", true}});
        scaling["factor"] = 32.0;
    } else if (name == "llama-3.1-8b") {
        json.update({{"hidden_size", 4096},
                     {"intermediate_size", 14336},
                     {"num_hidden_layers", 32},
                     {"head_dim", 128},
                     {"tie_word_embeddings", false}});
        scaling["factor"] = 8.0;
    } else
        return {};
    json["rope_scaling"] = scaling;
    if (layers) json["num_hidden_layers"] = *layers;
    return json.dump(1) + "\n";
}

struct Matrix {
    std::string name;
    uint64_t rows, columns; // one row: a norm
};

std::vector<Matrix> matrices(const ModelConfig& config, bool tied) {
    std::vector<Matrix> out{{"model.embed_tokens.weight", vocab_size, config.hidden_size},
                            {"model.norm.weight", 1, config.hidden_size}};
    if (!tied) out.push_back({"lm_head.weight", vocab_size, config.hidden_size});
    for (uint64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto prefix = "model.layers." + std::to_string(layer) + ".";
        out.push_back({prefix + "input_layernorm.weight", 1, config.hidden_size});
        out.push_back({prefix + "post_attention_layernorm.weight", 1, config.hidden_size});
        for (const auto& linear : layer_linears(config, layer))
            out.push_back({linear.weight(), linear.n, linear.k});
    }
    return out;
}

// 64 rows at a time: the generator's tensor is (name, first row), so any machine makes the same
// bytes.
fp4::Status fill(SafetensorsStream& file, const Matrix& matrix) {
    std::vector<uint16_t> words;
    for (uint64_t first = 0; first < matrix.rows; first += 64) {
        const auto values = fp4::traces::synthetic_weights(
            0, matrix.name + "#" + std::to_string(first),
            std::min<uint64_t>(64, matrix.rows - first), matrix.columns);
        words.clear();
        for (const float value : values) {
            uint32_t bits;
            std::memcpy(&bits, &value, sizeof bits);
            words.push_back(static_cast<uint16_t>(bits >> 16)); // bfloat16 values
        }
        if (auto status = file.append(matrix.name, std::as_bytes(std::span(words))); !status)
            return status;
    }
    return fp4::Done{};
}

fp4::Status make(const std::filesystem::path& folder, const std::string& json) {
    const auto config = parse_model_config(json, "config.json");
    if (!config) return config.error();
    if (auto status = write_file_atomically(folder / "config.json", json); !status) return status;
    std::vector<TensorSpec> specs;
    const auto all = matrices(*config, nlohmann::json::parse(json)["tie_word_embeddings"]);
    for (const Matrix& matrix : all)
        specs.push_back({matrix.name, Dtype::bf16,
                         matrix.rows == 1 ? std::vector<uint64_t>{matrix.columns}
                                          : std::vector<uint64_t>{matrix.rows, matrix.columns}});
    auto file = SafetensorsStream::create(folder / "model.safetensors", {}, specs);
    if (!file) return file.error();
    for (const Matrix& matrix : all)
        if (auto status = fill(*file, matrix); !status) return status;
    return file->commit();
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view layers_text = argc == 4 ? argv[3] : "1";
    uint64_t layers = 0;
    const bool is_number =
        std::from_chars(layers_text.begin(), layers_text.end(), layers).ptr == layers_text.end() &&
        layers > 0;
    const auto json = argc == 3 || argc == 4
                          ? config_json(argv[2], argc == 4 ? std::optional(layers) : std::nullopt)
                          : std::string();
    if (json.empty() || !is_number)
        return std::fprintf(stderr,
                            "usage: synthetic_checkpoint DIR llama-3.2-1b|llama-3.1-8b [LAYERS]\n"),
               2;
    if (const auto status = make(argv[1], json); !status)
        return std::fprintf(stderr, "synthetic_checkpoint: %s\n", status.error().message.c_str()),
               2;
}
