#include "byte_pairs.hpp"
#include "fp4/io/message.hpp"
#include "fp4/quant/tokens/tokenizer.hpp"
#include "fp4/try.hpp"
#include "tokenizer_json.hpp"
#include "unicode_text.hpp"

namespace fp4::quant {
namespace {

// Words are looked up here before they are encoded; long ones hardly ever come twice.
constexpr size_t max_cached_words = size_t{1} << 18, max_cached_bytes = 64;

class ByteLevelBpe : public Tokenizer {
  public:
    explicit ByteLevelBpe(TokenizerJson json)
        : json_(std::move(json)), pairs_(json_.bytes, json_.merges), added_(json_.added),
          added_normalized_(json_.added_normalized) {}

    uint64_t vocab_size() const override { return json_.token_bytes.size(); }
    int32_t bos() const override { return json_.bos; }
    std::vector<uint32_t> token_bytes() const override { return json_.token_bytes; }

    Result<std::vector<int32_t>> encode(std::string_view text) override {
        if (!io::is_utf8(text)) return Error{ErrorCode::bad_argument, "text: expected valid UTF-8"};
        std::vector<int32_t> ids;
        for (const auto& part : added_.split(text)) {
            if (part.token) {
                ids.push_back(*part.token);
                continue;
            }
            std::string normalized;
            if (json_.nfc) {
                FP4_TRY_ASSIGN(normalized, nfc(part.text));
            }
            FP4_TRY(append(json_.nfc ? normalized : part.text, ids));
        }
        return ids;
    }

  private:
    // Ids of normalized text.
    Status append(std::string_view text, std::vector<int32_t>& ids) {
        for (const auto& part : added_normalized_.split(text)) {
            if (part.token) {
                ids.push_back(*part.token);
                continue;
            }
            FP4_TRY_ASSIGN(const auto utf16, to_utf16(part.text));
            std::vector<std::u16string_view> words{utf16};
            for (RegexSplit& split : json_.splits) {
                std::vector<std::u16string_view> finer;
                for (const auto word : words) FP4_TRY(split.split(word, finer));
                words = std::move(finer);
            }
            for (const auto word : words) append_word(to_utf8(word), ids);
        }
        return Done{};
    }

    void append_word(const std::string& word, std::vector<int32_t>& ids) {
        if (json_.ignore_merges)
            if (const auto whole = json_.words.find(word); whole != json_.words.end()) {
                ids.push_back(whole->second);
                return;
            }
        const auto known = cache_.find(word);
        if (known != cache_.end()) {
            ids.insert(ids.end(), known->second.begin(), known->second.end());
            return;
        }
        auto encoded = pairs_.encode(word);
        ids.insert(ids.end(), encoded.begin(), encoded.end());
        if (word.size() <= max_cached_bytes && cache_.size() < max_cached_words)
            cache_.emplace(word, std::move(encoded));
    }

    TokenizerJson json_;
    BytePairs pairs_;
    AddedTokens added_, added_normalized_;
    std::unordered_map<std::string, std::vector<int32_t>> cache_;
};

} // namespace

Result<std::unique_ptr<Tokenizer>> parse_byte_level_bpe(std::string_view json_text,
                                                        std::string_view file_name) {
    FP4_TRY_ASSIGN(auto json, read_tokenizer_json(json_text, file_name));
    return std::unique_ptr<Tokenizer>(std::make_unique<ByteLevelBpe>(std::move(json)));
}

} // namespace fp4::quant
