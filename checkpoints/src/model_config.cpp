#include "fp4/checkpoints/model_config.hpp"

#include <array>
#include <filesystem>

#include "fp4/io/message.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

using Json = nlohmann::json;

struct Architecture {
    std::string_view name;
    bool qk_norm = false;
    bool qkv_biases = false; // always; without the flags below there are no others
    bool attention_bias_flag = false;
    bool mlp_bias_flag = false;
    bool window_without_flag = false;
};

constexpr std::array architectures{
    Architecture{.name = "LlamaForCausalLM", .attention_bias_flag = true, .mlp_bias_flag = true},
    Architecture{.name = "MistralForCausalLM", .window_without_flag = true},
    Architecture{.name = "Qwen2ForCausalLM", .qkv_biases = true},
    Architecture{.name = "Qwen3ForCausalLM", .qk_norm = true, .attention_bias_flag = true},
};

std::string expected_architectures() {
    std::string out;
    for (const auto& each : architectures) {
        if (!out.empty()) out += &each == &architectures.back() ? " or " : ", ";
        out += "['" + std::string(each.name) + "']";
    }
    return out;
}

struct Dimension {
    const char* key;
    uint64_t ModelConfig::*member;
    uint64_t limit; // several times the largest published model
    bool optional;
};

constexpr std::array<Dimension, 6> dimensions{{
    {"hidden_size", &ModelConfig::hidden_size, uint64_t{1} << 18, false},
    {"intermediate_size", &ModelConfig::intermediate_size, uint64_t{1} << 20, false},
    {"num_hidden_layers", &ModelConfig::num_hidden_layers, uint64_t{1} << 12, false},
    {"num_attention_heads", &ModelConfig::num_attention_heads, uint64_t{1} << 12, false},
    {"num_key_value_heads", &ModelConfig::num_key_value_heads, uint64_t{1} << 12, true},
    {"head_dim", &ModelConfig::head_dim, uint64_t{1} << 12, true},
}};

class ConfigReader {
  public:
    ConfigReader(const Json& config, std::string file_name)
        : config_(config), file_name_(std::move(file_name)) {}

    Result<ModelConfig> read() const {
        ModelConfig model;
        FP4_TRY(read_architecture(model));
        FP4_TRY(read_name(model));
        for (const auto& dimension : dimensions) FP4_TRY(read_dimension(dimension, model));
        FP4_TRY(derive(model));
        return model;
    }

  private:
    Error fail(std::string_view key, std::string_view expected, std::string_view found) const {
        return {ErrorCode::bad_file, file_name_ + ": " + std::string(key) + ": expected " +
                                         std::string(expected) + ", found " + std::string(found)};
    }

    const Json* find(const char* key) const {
        const auto at = config_.find(key);
        return at == config_.end() || at->is_null() ? nullptr : &*at;
    }

    Status read_architecture(ModelConfig& model) const {
        static constexpr std::string_view key = "architectures";
        const auto expected = expected_architectures();
        const auto* list = find("architectures");
        if (!list) return fail(key, expected, "no such key");
        if (!list->is_array() || list->size() != 1) return fail(key, expected, io::describe(*list));
        const auto* name = list->front().get_ptr<const std::string*>();
        for (const auto& known : architectures)
            if (name && *name == known.name) return read_capabilities(known, model);
        return fail(key, expected, io::describe(list->front()));
    }

    Status read_capabilities(const Architecture& architecture, ModelConfig& model) const {
        model.architecture = architecture.name;
        model.qk_norm = architecture.qk_norm;
        model.window_without_flag = architecture.window_without_flag;
        bool attention_bias = false, mlp_bias = false;
        if (architecture.attention_bias_flag) FP4_TRY(read_flag("attention_bias", attention_bias));
        if (architecture.mlp_bias_flag) FP4_TRY(read_flag("mlp_bias", mlp_bias));
        for (const auto& spec : linear_op_specs) {
            const bool qkv = spec.group == LinearGroup::qkv,
                       attention = qkv || spec.group == LinearGroup::o;
            model.biases[static_cast<size_t>(spec.op)] =
                (architecture.qkv_biases && qkv) || (attention ? attention_bias : mlp_bias);
        }
        return Done{};
    }

    Status read_flag(const char* key, bool& flag) const {
        const auto* value = find(key);
        if (value && !value->is_boolean()) return fail(key, "true or false", io::describe(*value));
        if (value) flag = value->get<bool>();
        return Done{};
    }

    Status read_name(ModelConfig& model) const {
        const auto* value = find("_name_or_path");
        if (!value) return Done{};
        const auto* text = value->get_ptr<const std::string*>();
        if (!text) return fail("_name_or_path", "a string", io::describe(*value));
        model.name = *text;
        while (model.name.ends_with('/')) model.name.pop_back();
        if (model.name.starts_with('/') || model.name.starts_with('.') ||
            model.name.starts_with('~'))
            model.name.erase(0, model.name.rfind('/') +
                                    1); // a path of the machine that saved the model
        if (model.name == "." || model.name == ".." || model.name == "~") model.name.clear();
        return Done{};
    }

    Status read_dimension(const Dimension& dimension, ModelConfig& model) const {
        const auto expected = "an integer from 1 to " + std::to_string(dimension.limit);
        const auto* value = find(dimension.key);
        if (!value && dimension.optional) return Done{};
        if (!value)
            return fail(dimension.key, expected,
                        config_.contains(dimension.key) ? "null" : "no such key");
        const auto* number = value->get_ptr<const uint64_t*>();
        if (!number || *number == 0 || *number > dimension.limit)
            return fail(dimension.key, expected, io::describe(*value));
        model.*dimension.member = *number;
        return Done{};
    }

    Status derive(ModelConfig& model) const {
        const uint64_t heads = model.num_attention_heads;
        if (model.num_key_value_heads == 0) model.num_key_value_heads = heads;
        if (heads % model.num_key_value_heads != 0)
            return fail("num_key_value_heads",
                        "a divisor of num_attention_heads (" + std::to_string(heads) + ")",
                        std::to_string(model.num_key_value_heads));
        if (model.head_dim != 0) return Done{};
        if (model.hidden_size % heads != 0)
            return fail("hidden_size",
                        "a multiple of num_attention_heads (" + std::to_string(heads) +
                            ") where there is no head_dim",
                        std::to_string(model.hidden_size));
        model.head_dim = model.hidden_size / heads;
        return Done{};
    }

    const Json& config_;
    std::string file_name_;
};

} // namespace

Result<ModelConfig> parse_model_config(std::string_view json_text, std::string_view file_name) {
    FP4_TRY_ASSIGN(const auto config, io::parse_json_object(json_text, file_name));
    return ConfigReader(config, io::printable_path(file_name)).read();
}

} // namespace fp4::checkpoints
