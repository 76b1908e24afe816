// config.json and hf_quant_config.json: what they say of the quantization, and how they are
// written.
#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/checkpoints/model_tensors.hpp"
#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/result.hpp"
#include "quantization_rules.hpp"

namespace fp4::checkpoints {

using OrderedJson = nlohmann::ordered_json;

inline constexpr uint64_t max_config_bytes = uint64_t{16} << 20;

// A config.json as it stands, keys in their order.
Result<OrderedJson> read_config_json(const std::filesystem::path& folder);

// Each false when its key is not there or null. bad_file: no boolean.
Result<TensorFlags> read_tensor_flags(const OrderedJson& config,
                                      const std::filesystem::path& folder);

// What a folder's files say of its quantization: config.json, hf_quant_config.json or both.
struct FolderRules {
    QuantizationRules rules{};                 // Layout::plain when neither says anything
    std::optional<QuantizationRules> second{}; // of hf_quant_config.json beside config.json
    std::string where{};                       // of the section of config.json
};
Result<FolderRules> read_quantization(const OrderedJson& config,
                                      const std::filesystem::path& folder);

// Applied to the model; bad_file where the two files differ in a module.
Result<QuantizationConfig> resolve(FolderRules rules, const ModelConfig& model);

// What a writer says: `modules` of the config are those that are quantized.
struct WrittenQuantization {
    QuantizationConfig config{};
    std::vector<std::string> left_out{};

    // What inputs of all modules go through; nothing where they differ.
    std::optional<std::optional<Format>> uniform_activations() const;
    std::vector<std::string> modules_with(const std::optional<Format>& activations) const;
};

// A value in a JSON object, for checks that name it as <where>.<key>.
class JsonField {
  public:
    JsonField(const OrderedJson& root, std::string where)
        : value_(&root), where_(std::move(where)) {}

    JsonField operator[](std::string_view key) const; // of an object; absent otherwise
    bool absent() const { return value_ == nullptr || value_->is_null(); }
    const OrderedJson& value() const { return *value_; } // not where absent()

    const std::string& where() const { return where_; }
    Error error(std::string_view expected) const;
    Status expect(const OrderedJson& wanted) const;           // there and equal
    Status expect_absent_or(const OrderedJson& wanted) const; // not there, null, or equal
    Result<std::string> text() const;                         // a string
    Result<std::vector<std::string>> texts() const;           // an array of strings
    Result<uint64_t> integer(uint64_t least, uint64_t most) const;

  private:
    JsonField(const OrderedJson* value, std::string where)
        : value_(value), where_(std::move(where)) {}

    const OrderedJson* value_;
    std::string where_;
};

// "8-bit float": num_bits and type of an object of quantization arguments, as far as they are
// there.
std::string numbers_text(const JsonField& arguments);

// One file each: the section that is written, and its reader.
OrderedJson compressed_tensors_section(const WrittenQuantization& written);
Result<QuantizationRules> read_compressed_tensors(const JsonField& section);
OrderedJson modelopt_section(const WrittenQuantization& written);
OrderedJson modelopt_file(const WrittenQuantization& written); // hf_quant_config.json
Result<QuantizationRules> read_modelopt(const JsonField& section);
Result<QuantizationRules> read_modelopt_file(const JsonField& file);
OrderedJson razer_section(const WrittenQuantization& written);
Result<QuantizationRules> read_razer(const JsonField& section);

} // namespace fp4::checkpoints
