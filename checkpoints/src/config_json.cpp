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

Result<bool> has_tied_embeddings(const OrderedJson& config, const std::filesystem::path& folder) {
    const auto field =
        JsonField(config, io::printable_path(folder / "config.json"))["tie_word_embeddings"];
    if (field.absent()) return false;
    if (!field.value().is_boolean()) return field.error("true or false");
    return field.value().get<bool>();
}

Result<QuantizationConfig> read_quantization(const OrderedJson& config,
                                             const std::filesystem::path& folder) {
    const auto section =
        JsonField(config, io::printable_path(folder / "config.json"))["quantization_config"];
    const auto own_file = folder / "hf_quant_config.json";
    std::error_code error;
    const bool has_own_file = std::filesystem::exists(own_file, error);
    if (section.absent() && !has_own_file) return QuantizationConfig{};

    std::optional<QuantizationConfig> from_file;
    if (has_own_file) {
        FP4_TRY_ASSIGN(const auto file, read_ordered(own_file));
        FP4_TRY_ASSIGN(auto read,
                       read_modelopt_file(JsonField(file, io::printable_path(own_file))));
        if (section.absent()) return read;
        from_file = std::move(read);
    }
    FP4_TRY_ASSIGN(const auto method, section["quant_method"].text());
    if (method == spec_of(Layout::razer).quant_method && !from_file) return read_razer(section);
    if (method == spec_of(Layout::compressed_tensors).quant_method && !from_file)
        return read_compressed_tensors(section);
    if (method != spec_of(Layout::modelopt).quant_method)
        return section["quant_method"].error(
            from_file ? "'modelopt', since there is a hf_quant_config.json"
                      : "'compressed-tensors', 'modelopt' or 'fp4sim-razer'");
    auto read = read_modelopt(section);
    if (read && from_file && read->activations != from_file->activations)
        return section["quant_algo"].error("the algorithm of hf_quant_config.json");
    return read;
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
