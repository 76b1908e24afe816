#include "fp4/quant/model/decoder_config.hpp"

#include <cmath>

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using Json = nlohmann::json;

// Reads keys of one JSON object; the first deviation stays.
class Keys {
  public:
    Keys(const Json& object, std::string prefix) : object_(object), prefix_(std::move(prefix)) {}

    const Json* find(const char* key) const {
        const auto at = object_.find(key);
        return at == object_.end() || at->is_null() ? nullptr : &*at;
    }

    uint64_t integer(const char* key, uint64_t limit) {
        const auto* value = find(key);
        const auto* number = value ? value->get_ptr<const uint64_t*>() : nullptr;
        if (number && *number > 0 && *number <= limit) return *number;
        fail(key, "an integer from 1 to " + std::to_string(limit));
        return 1;
    }

    double positive(const char* key, std::optional<double> otherwise = std::nullopt) {
        const auto* value = find(key);
        if (!value && otherwise) return *otherwise;
        if (value && value->is_number() && std::isfinite(value->get<double>()) &&
            value->get<double>() > 0)
            return value->get<double>();
        fail(key, "a positive number");
        return 1;
    }

    bool flag(const char* key, bool otherwise) {
        const auto* value = find(key);
        if (!value) return otherwise;
        if (!value->is_boolean()) fail(key, "true or false");
        return value->is_boolean() ? value->get<bool>() : otherwise;
    }

    // The key, where it is there, has this value.
    void require(const char* key, const Json& wanted) {
        if (const auto* value = find(key); value && *value != wanted) fail(key, wanted.dump());
    }

    void fail(const char* key, const std::string& expected) {
        const auto* value = find(key);
        if (!error_)
            error_ =
                Error{ErrorCode::bad_file, prefix_ + key + ": expected " + expected + ", found " +
                                               (value ? io::describe(*value) : "no such key")};
    }

    const std::optional<Error>& error() const { return error_; }

  private:
    const Json& object_;
    std::string prefix_;
    std::optional<Error> error_;
};

Result<Llama3RopeScaling> llama3_scaling(const Json& object, const std::string& prefix) {
    Keys keys(object, prefix);
    const Llama3RopeScaling scaling{
        keys.positive("factor"), keys.positive("low_freq_factor"),
        keys.positive("high_freq_factor"),
        keys.integer("original_max_position_embeddings", uint64_t{1} << 31)};
    if (scaling.high_freq_factor <= scaling.low_freq_factor)
        keys.fail("high_freq_factor", "more than low_freq_factor");
    if (keys.error()) return *keys.error();
    return scaling;
}

// rope_scaling, or the rope_parameters of newer configurations, which hold rope_theta too.
Status read_rope(const Keys& keys, const std::string& file, DecoderConfig& config) {
    const auto* rope = keys.find("rope_parameters");
    const char* key = rope ? "rope_parameters" : "rope_scaling";
    if (!rope) rope = keys.find("rope_scaling");
    if (!rope) return Done{};
    const std::string prefix = file + ": " + key + ".";
    if (!rope->is_object())
        return Error{ErrorCode::bad_file,
                     file + ": " + key + ": expected an object, found " + io::describe(*rope)};
    Keys inner(*rope, prefix);
    config.rope_theta = inner.positive("rope_theta", config.rope_theta);
    const char* type_key = inner.find("rope_type") ? "rope_type" : "type";
    const auto* type = inner.find(type_key);
    if (type && *type == "llama3") {
        FP4_TRY_ASSIGN(const auto scaling, llama3_scaling(*rope, prefix));
        config.rope_scaling = scaling;
    } else if (!type || *type != "default") {
        inner.fail(type_key, "'llama3' or 'default'");
    }
    if (inner.error()) return *inner.error();
    return Done{};
}

} // namespace

Result<DecoderConfig> parse_decoder_config(std::string_view json_text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto dims, checkpoints::parse_model_config(json_text, file_name));
    FP4_TRY_ASSIGN(const auto json, io::parse_json_object(json_text, file_name));
    const auto file = io::printable_path(file_name);
    Keys keys(json, file + ": ");
    DecoderConfig config{.dims = dims};
    config.qk_norm = dims.architecture == "Qwen3ForCausalLM";
    config.vocab_size = keys.integer("vocab_size", uint64_t{1} << 24);
    config.max_position_embeddings = keys.integer("max_position_embeddings", uint64_t{1} << 31);
    config.rms_norm_eps = keys.positive("rms_norm_eps");
    config.rope_theta = keys.positive("rope_theta", 10'000.0);
    config.tie_word_embeddings = keys.flag("tie_word_embeddings", false);
    keys.require("hidden_act", "silu");
    keys.require("attention_bias", false);
    keys.require("mlp_bias", false);
    keys.require("use_sliding_window", false);
    if (config.dims.head_dim % 2 != 0) keys.fail("head_dim", "an even number");
    if (keys.error()) return *keys.error();
    FP4_TRY(read_rope(keys, file, config));
    return config;
}

Result<DecoderConfig> read_decoder_config(const std::filesystem::path& directory) {
    const auto path = directory / "config.json";
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(path, uint64_t{16} << 20));
    auto config = parse_decoder_config(text, path.native());
    if (config && config->dims.name.empty())
        config->dims.name =
            std::filesystem::absolute(directory).lexically_normal().filename().string();
    return config;
}

} // namespace fp4::quant
