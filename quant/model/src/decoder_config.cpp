#include "fp4/quant/model/decoder_config.hpp"

#include <algorithm>

#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "rope_config.hpp"

namespace fp4::quant {
namespace {

// Where a layer sees all positions before its own.
void expect_full_attention(ConfigKeys& keys, const DecoderConfig& config) {
    keys.require("use_sliding_window", false);
    const auto* types = keys.find("layer_types");
    if (types && (!types->is_array() || std::ranges::any_of(*types, [](const Json& type) {
            return type != "full_attention";
        })))
        keys.fail("layer_types", "'full_attention' of every layer");
    if (!config.dims.window_without_flag || keys.is_null("sliding_window")) return;
    const auto* window = keys.find("sliding_window");
    const auto* positions = window ? window->get_ptr<const uint64_t*>() : nullptr;
    if (!positions || *positions < config.max_position_embeddings)
        keys.fail("sliding_window", "null or at least max_position_embeddings (" +
                                        std::to_string(config.max_position_embeddings) + ")");
}

} // namespace

Result<DecoderConfig> parse_decoder_config(std::string_view json_text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto dims, checkpoints::parse_model_config(json_text, file_name));
    FP4_TRY_ASSIGN(const auto json, io::parse_json_object(json_text, file_name));
    const auto file = io::printable_path(file_name);
    ConfigKeys keys(json, file + ": ");
    DecoderConfig config{.dims = dims};
    config.vocab_size = keys.integer("vocab_size", uint64_t{1} << 24);
    config.max_position_embeddings = keys.integer("max_position_embeddings", uint64_t{1} << 31);
    config.rms_norm_eps = keys.positive("rms_norm_eps");
    config.rope_theta = keys.positive("rope_theta", 10'000.0);
    config.tie_word_embeddings = keys.flag("tie_word_embeddings", false);
    keys.require("hidden_act", "silu");
    // Flags that the architecture reads are in dims.
    if (!config.dims.has_bias(checkpoints::LinearOp::q)) keys.require("attention_bias", false);
    if (!config.dims.has_bias(checkpoints::LinearOp::up)) keys.require("mlp_bias", false);
    keys.require("partial_rotary_factor", 1.0);
    expect_full_attention(keys, config);
    if (config.dims.head_dim % 2 != 0) keys.fail("head_dim", "an even number");
    if (keys.error()) return *keys.error();
    FP4_TRY(read_rope(keys, config));
    return config;
}

Result<DecoderConfig> read_decoder_config(const std::filesystem::path& directory) {
    const auto path = directory / "config.json";
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(path, uint64_t{16} << 20));
    auto config = parse_decoder_config(text, path.native());
    if (config && config->dims.name.empty())
        config->dims.name = checkpoints::folder_name(directory);
    return config;
}

} // namespace fp4::quant
