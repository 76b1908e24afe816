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
#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

using OrderedJson = nlohmann::ordered_json;

inline constexpr uint64_t max_config_bytes = uint64_t{16} << 20;

// A config.json as it stands, keys in their order.
Result<OrderedJson> read_config_json(const std::filesystem::path& folder);

// tie_word_embeddings; false when the key is not there. bad_file: no boolean.
Result<bool> has_tied_embeddings(const OrderedJson& config, const std::filesystem::path& folder);

// What a folder's configuration says, of whatever layout; Layout::plain when it says nothing.
Result<QuantizationConfig> read_quantization(const OrderedJson& config,
                                             const std::filesystem::path& folder);

// A value in a JSON object, for checks that name it as <where>.<key>.
class JsonField {
  public:
    JsonField(const OrderedJson& root, std::string where)
        : value_(&root), where_(std::move(where)) {}

    JsonField operator[](std::string_view key) const; // of an object; absent otherwise
    bool absent() const { return value_ == nullptr || value_->is_null(); }
    const OrderedJson& value() const { return *value_; } // not where absent()

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

// One file each: the section that is written, and its reader.
OrderedJson compressed_tensors_section(const QuantizationConfig& config);
Result<QuantizationConfig> read_compressed_tensors(const JsonField& section);
OrderedJson modelopt_section(const QuantizationConfig& config);
OrderedJson modelopt_file(const QuantizationConfig& config); // hf_quant_config.json
Result<QuantizationConfig> read_modelopt(const JsonField& section);
Result<QuantizationConfig> read_modelopt_file(const JsonField& file);
OrderedJson razer_section(const QuantizationConfig& config);
Result<QuantizationConfig> read_razer(const JsonField& section);

} // namespace fp4::checkpoints
