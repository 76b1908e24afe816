#include "config_json.hpp"

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr size_t max_keys =
    4096; // of one object: looking a key up in an ordered object takes time in proportion

bool is_small(const nlohmann::json& value) {
    if (!value.is_structured()) return true;
    if (value.is_object() && value.size() > max_keys) return false;
    for (const auto& part : value)
        if (!is_small(part)) return false;
    return true;
}

Result<OrderedJson> read_ordered(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(path, max_config_bytes));
    FP4_TRY_ASSIGN(const auto strict, io::parse_json_object(text, path.native()));
    if (!is_small(strict))
        return io::expected_found(ErrorCode::bad_file, io::printable_path(path),
                                  "objects of at most 4096 keys", "more");
    return OrderedJson::parse(text); // the text is known to be valid
}

std::string describe(const OrderedJson& value) { return io::describe(nlohmann::json(value)); }

} // namespace

Result<OrderedJson> read_config_json(const std::filesystem::path& folder) {
    return read_ordered(folder / "config.json");
}

Result<TensorFlags> read_tensor_flags(const OrderedJson& config,
                                      const std::filesystem::path& folder) {
    const JsonField root(config, io::printable_path(folder / "config.json"));
    TensorFlags flags;
    for (const auto& [key, flag] : {std::pair{"tie_word_embeddings", &TensorFlags::tied_embeddings},
                                    {"attention_bias", &TensorFlags::attention_bias},
                                    {"mlp_bias", &TensorFlags::mlp_bias}}) {
        const auto field = root[key];
        if (field.absent()) continue;
        if (!field.value().is_boolean()) return field.error("true or false");
        flags.*flag = field.value().get<bool>();
    }
    return flags;
}

Result<FolderRules> read_quantization(const OrderedJson& config,
                                      const std::filesystem::path& folder) {
    const auto section =
        JsonField(config, io::printable_path(folder / "config.json"))["quantization_config"];
    const auto own_file = folder / "hf_quant_config.json";
    FolderRules found{.where = section.where()};
    std::error_code error;
    std::optional<QuantizationRules> from_file;
    if (std::filesystem::exists(own_file, error)) {
        FP4_TRY_ASSIGN(const auto file, read_ordered(own_file));
        FP4_TRY_ASSIGN(auto read,
                       read_modelopt_file(JsonField(file, io::printable_path(own_file))));
        from_file = std::move(read);
    }
    if (section.absent()) {
        if (from_file) found.rules = std::move(*from_file);
        return found;
    }
    FP4_TRY_ASSIGN(const auto method, section["quant_method"].text());
    const auto read = [&](Result<QuantizationRules> rules) -> Result<FolderRules> {
        if (!rules) return rules.error();
        found.rules = std::move(*rules);
        return found;
    };
    if (method == spec_of(Layout::razer).quant_method && !from_file)
        return read(read_razer(section));
    if (method == spec_of(Layout::compressed_tensors).quant_method && !from_file)
        return read(read_compressed_tensors(section));
    if (method != spec_of(Layout::modelopt).quant_method)
        return section["quant_method"].error(
            from_file ? "'modelopt', since there is a hf_quant_config.json"
                      : "'compressed-tensors', 'modelopt' or 'fp4sim-razer'");
    FP4_TRY_ASSIGN(auto rules, read_modelopt(section));
    if (from_file && rules.algorithm != from_file->algorithm)
        return section["quant_algo"].error("the algorithm of hf_quant_config.json");
    found.rules = std::move(rules);
    found.second = std::move(from_file);
    return found;
}

Result<QuantizationConfig> resolve(FolderRules found, const ModelConfig& model) {
    auto& [rules, second, where] = found;
    if (!second) return resolve(rules, model);
    // What only one of the two says holds.
    if (!rules.left_out) rules.left_out = second->left_out;
    if (!second->left_out) second->left_out = rules.left_out;
    if (rules.groups.empty()) rules.groups = second->groups;
    if (second->groups.empty()) second->groups = rules.groups;
    if (!second->config.kv_cache.empty()) rules.config.kv_cache = second->config.kv_cache;
    FP4_TRY_ASSIGN(auto config, resolve(rules, model));
    FP4_TRY_ASSIGN(const auto other, resolve(*second, model));
    const auto text = [](const ModuleScheme& scheme) -> std::string {
        if (scheme.kind == ModuleScheme::Kind::foreign) return "another scheme";
        if (scheme.kind == ModuleScheme::Kind::unquantized) return "left out";
        return scheme.activations ? "NVFP4 weights and inputs" : "NVFP4 weights";
    };
    for (const auto& [module, scheme] : config.modules) {
        const auto& there = other.scheme_of(module);
        if (scheme.kind != there.kind || scheme.activations != there.activations)
            return io::expected_found(ErrorCode::bad_file,
                                      where + ": module " + io::in_quotes(module),
                                      text(there) + " as in hf_quant_config.json", text(scheme));
    }
    return config;
}

std::optional<std::optional<Format>> WrittenQuantization::uniform_activations() const {
    std::optional<std::optional<Format>> found;
    for (const auto& [module, scheme] : config.modules) {
        if (!found) found = scheme.activations;
        if (*found != scheme.activations) return std::nullopt;
    }
    return found;
}

std::vector<std::string>
WrittenQuantization::modules_with(const std::optional<Format>& activations) const {
    std::vector<std::string> names;
    for (const auto& [module, scheme] : config.modules)
        if (scheme.activations == activations) names.push_back(module);
    return names;
}

std::string numbers_text(const JsonField& arguments) {
    std::string text;
    if (const auto bits = arguments["num_bits"].integer(1, 64))
        text = std::to_string(*bits) + "-bit ";
    const auto type = arguments["type"].text();
    return text + (type ? io::printable(*type) : "numbers");
}

JsonField JsonField::operator[](std::string_view key) const {
    const OrderedJson* found = nullptr;
    if (value_ != nullptr && value_->is_object())
        if (const auto at = value_->find(std::string(key)); at != value_->end()) found = &*at;
    return {found, where_ + (where_.ends_with(".json") ? ": " : ".") + io::printable(key)};
}

Error JsonField::error(std::string_view expected) const {
    return io::expected_found(ErrorCode::bad_file, where_, expected,
                              value_ == nullptr ? "no such key" : describe(*value_));
}

Status JsonField::expect(const OrderedJson& wanted) const {
    if (value_ == nullptr || *value_ != wanted) return error(describe(wanted));
    return Done{};
}

Status JsonField::expect_absent_or(const OrderedJson& wanted) const {
    if (!absent() && *value_ != wanted) return error(describe(wanted) + ", null or no such key");
    return Done{};
}

Result<std::string> JsonField::text() const {
    if (value_ == nullptr || !value_->is_string()) return error("a string");
    return value_->get<std::string>();
}

Result<std::vector<std::string>> JsonField::texts() const {
    if (value_ == nullptr || !value_->is_array()) return error("an array of strings");
    std::vector<std::string> texts;
    for (const auto& element : *value_) {
        if (!element.is_string()) return error("an array of strings");
        texts.push_back(element.get<std::string>());
    }
    return texts;
}

Result<uint64_t> JsonField::integer(uint64_t least, uint64_t most) const {
    const auto* number = value_ == nullptr ? nullptr : value_->get_ptr<const uint64_t*>();
    if (number == nullptr || *number < least || *number > most)
        return error("an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return *number;
}

} // namespace fp4::checkpoints
