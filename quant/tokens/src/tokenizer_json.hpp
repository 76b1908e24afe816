// What a tokenizer.json says, checked and in the form that encoding needs.
#pragma once
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "added_tokens.hpp"
#include "byte_pairs.hpp"
#include "regex_split.hpp"

namespace fp4::quant {

struct TokenizerJson {
    bool nfc = false;
    std::vector<RegexSplit> splits; // one after the other
    std::array<int32_t, 256> bytes{};
    std::vector<Merge> merges;
    bool ignore_merges = false;
    std::unordered_map<std::string, int32_t> words; // bytes of the model's tokens
    std::vector<AddedToken> added;                  // looked for before normalization
    std::vector<AddedToken> added_normalized;       // looked for after it
    int32_t bos = -1;
    std::vector<uint32_t> token_bytes; // by id
};

// parse_byte_level_bpe() says what is taken.
Result<TokenizerJson> read_tokenizer_json(std::string_view json_text, std::string_view file_name);

} // namespace fp4::quant
