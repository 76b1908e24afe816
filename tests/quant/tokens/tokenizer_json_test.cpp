// What a tokenizer.json may not say.
#include <gtest/gtest.h>

#include "byte_alphabet.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/quant/tokens/tokenizer.hpp"

namespace fp4::quant {
namespace {

using Json = nlohmann::json;

// Token b is byte b, 256 "ab", 257 "abc", 258 the added token "<e>".
Json small() {
    Json vocab;
    for (int byte = 0; byte < 256; ++byte) vocab[written_byte(static_cast<uint8_t>(byte))] = byte;
    vocab["ab"] = 256;
    vocab["abc"] = 257;
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens",
             {{{"id", 258},
               {"content", "<e>"},
               {"single_word", false},
               {"lstrip", false},
               {"rstrip", false},
               {"normalized", false},
               {"special", true}}}},
            {"normalizer", nullptr},
            {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
            {"post_processor", nullptr},
            {"decoder", {{"type", "ByteLevel"}}},
            {"model",
             {{"type", "BPE"},
              {"vocab", vocab},
              {"merges", {"a b", Json::array({"ab", "c"})}},
              {"unk_token", "<e>"}}}};
}

Json with(const char* pointer, const Json& value) {
    auto json = small();
    json[Json::json_pointer(pointer)] = value;
    return json;
}

std::vector<int32_t> ids_of(const Json& json, std::string_view text) {
    const auto tokenizer = parse_byte_level_bpe(json.dump(), "t.json");
    EXPECT_TRUE(tokenizer) << tokenizer.error().message;
    if (!tokenizer) return {};
    const auto ids = (*tokenizer)->encode(text);
    EXPECT_TRUE(ids);
    return *ids;
}

void refused(const Json& json, const std::string& message) {
    const auto tokenizer = parse_byte_level_bpe(json.dump(), "t.json");
    ASSERT_FALSE(tokenizer) << message;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::bad_file);
    EXPECT_EQ(tokenizer.error().message, "t.json: " + message);
}

TEST(TokenizerJson, Small) {
    EXPECT_EQ(ids_of(small(), "abcab<e>a"), (std::vector<int32_t>{257, 256, 258, 'a'}));
    const auto tokenizer = parse_byte_level_bpe(small().dump(), "t.json");
    ASSERT_TRUE(tokenizer);
    EXPECT_EQ((*tokenizer)->vocab_size(), 259u);
    EXPECT_EQ((*tokenizer)->bos(), -1);
    const auto bytes = (*tokenizer)->token_bytes();
    EXPECT_EQ(bytes[0xE9], 1u);
    EXPECT_EQ(bytes[257], 3u);
    EXPECT_EQ(bytes[258], 3u);
}

TEST(TokenizerJson, IgnoreMergesTakesWholeWords) {
    auto json = with("/model/merges", Json::array());
    EXPECT_EQ(ids_of(json, "abc"), (std::vector<int32_t>{'a', 'b', 'c'}));
    json["model"]["ignore_merges"] = true;
    EXPECT_EQ(ids_of(json, "abc"), std::vector{257});
    EXPECT_EQ(ids_of(json, "abcd"), (std::vector<int32_t>{'a', 'b', 'c', 'd'}));
}

TEST(TokenizerJson, ByteLevelCutsWordsUnlessItSaysNo) {
    auto json = small();
    json["model"]["vocab"]["c1"] = 258;
    json["added_tokens"][0]["id"] = 259;
    json["model"]["merges"].push_back("c 1");
    EXPECT_EQ(ids_of(json, "c1"), (std::vector<int32_t>{'c', '1'}));
    json["pre_tokenizer"]["use_regex"] = true;
    EXPECT_EQ(ids_of(json, "c1"), (std::vector<int32_t>{'c', '1'}));
    json["pre_tokenizer"]["use_regex"] = false;
    EXPECT_EQ(ids_of(json, "c1"), std::vector{258});
}

TEST(TokenizerJson, NormalizedTokensAreLookedForInNormalizedText) {
    auto json = with("/normalizer", {{"type", "NFC"}});
    json["added_tokens"][0]["content"] = "e\u0301";
    EXPECT_EQ(ids_of(json, "e\u0301"), std::vector{258});
    EXPECT_EQ(ids_of(json, "\u00E9"), (std::vector{0xC3, 0xA9}));
    json["added_tokens"][0]["normalized"] = true;
    EXPECT_EQ(ids_of(json, "\u00E9e\u0301"), (std::vector{258, 258}));
}

TEST(TokenizerJson, WhatChangesIdsIsRefusedByName) {
    refused(with("/truncation", {{"max_length", 5}}), "truncation: expected null, found an object");
    refused(with("/padding", 1), "padding: expected null, found 1");
    refused(with("/version", "2.0"), "version: expected '1.0', found '2.0'");
    refused(with("/more", 1), "more: expected no such key, found 1");
    refused(with("/normalizer", {{"type", "Lowercase"}}),
            "normalizer.type: expected 'NFC', found 'Lowercase'");
    refused(with("/normalizer",
                 {{"type", "Sequence"}, {"normalizers", {{{"type", "NFC"}}, {{"type", "NFD"}}}}}),
            "normalizer.normalizers[1].type: expected 'NFC', found 'NFD'");
    for (const char* key : {"single_word", "lstrip", "rstrip"})
        refused(with((std::string("/added_tokens/0/") + key).c_str(), true),
                std::string("added_tokens[0].") + key + ": expected false, found true");
    refused(with("/added_tokens/0/id", 300), "added_tokens[0].id: expected 258, found 300");
    refused(with("/added_tokens/0/content", "ab"), "added_tokens[0].id: expected 256, found 258");
    refused(with("/added_tokens/0/content", ""),
            "added_tokens[0].content: expected a text, found ''");
    refused(with("/added_tokens/1", small()["added_tokens"][0]),
            "added_tokens[1].content: expected each text once, found '<e>'");
}

TEST(TokenizerJson, PreTokenizers) {
    const std::string where = "pre_tokenizer";
    refused(with("/pre_tokenizer", nullptr),
            where + ": expected Splits and one ByteLevel, found null");
    refused(with("/pre_tokenizer/add_prefix_space", true),
            where + ".add_prefix_space: expected false, found true");
    refused(with("/pre_tokenizer", {{"type", "Metaspace"}}),
            where + ".type: expected 'ByteLevel', the last pre-tokenizer, found 'Metaspace'");
    Json split{{"type", "Split"},
               {"pattern", {{"Regex", R"(\p{L}+)"}}},
               {"behavior", "Isolated"},
               {"invert", false}};
    const auto sequence = [&](const Json& first) {
        return with(
            "/pre_tokenizer",
            {{"type", "Sequence"},
             {"pretokenizers",
              {first,
               {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}}}});
    };
    EXPECT_EQ(ids_of(sequence(split), "abc1").size(), 2u);
    const auto changed = [&](const char* key, const Json& value) {
        auto out = split;
        out[key] = value;
        return sequence(out);
    };
    const std::string first = where + ".pretokenizers[0].";
    refused(changed("type", "Digits"), first + "type: expected 'Split', found 'Digits'");
    refused(changed("behavior", "Removed"),
            first + "behavior: expected 'Isolated', found 'Removed'");
    refused(changed("invert", true), first + "invert: expected false, found true");
    refused(changed("pattern", {{"String", "a"}}),
            first + "pattern.String: expected no such key, found 'a'");
    refused(changed("pattern", {{"Regex", "a.b"}}),
            first + "pattern.Regex: expected a regular expression that ICU and Oniguruma read "
                    "alike, found '.b' in it");
}

TEST(TokenizerJson, Model) {
    refused(with("/model/type", "Unigram"), "model.type: expected 'BPE', found 'Unigram'");
    refused(with("/model/dropout", 0.1), "model.dropout: expected null, found 0.1");
    refused(with("/model/byte_fallback", true), "model.byte_fallback: expected false, found true");
    refused(with("/model/end_of_word_suffix", "</w>"),
            "model.end_of_word_suffix: expected null, found '</w>'");
    refused(with("/model/merges/0", "a"), "model.merges[0]: expected two tokens, found 'a'");
    refused(with("/model/merges/0", "a b c"),
            "model.merges[0]: expected two tokens, found 'a b c'");
    refused(with("/model/merges/0", "a z"),
            "model.merges[0]: expected tokens of the vocabulary that make one together, found 'a' "
            "and 'z'");
    refused(with("/model/merges/1", "a b"),
            "model.merges[1]: expected each pair once, found 'a' and 'b' again");
    refused(with("/model/vocab/abc", 256), "model.vocab.abc: expected an id of its own, found 256");
    refused(with("/model/vocab/ab", -1),
            "model.vocab.ab: expected an integer from 0 to 16777215, found -1");
    auto json = small();
    json["model"]["vocab"].erase("a");
    refused(json, "model.vocab: expected a token for each byte, found none for byte 97, 'a'");
    refused({{"model", {{"type", "BPE"}}}}, "version: expected '1.0', found no such key");
}

TEST(TokenizerJson, PostProcessors) {
    const Json text{{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
        begin{{"SpecialToken", {{"id", "<e>"}, {"type_id", 0}}}};
    const auto processed = [&](const Json& single, int id = 258) {
        return with(
            "/post_processor",
            {{"type", "TemplateProcessing"},
             {"single", single},
             {"pair", Json::array()},
             {"special_tokens", {{"<e>", {{"id", "<e>"}, {"ids", {id}}, {"tokens", {"<e>"}}}}}}});
    };
    const auto bos = [](const Json& json) {
        const auto tokenizer = parse_byte_level_bpe(json.dump(), "t.json");
        EXPECT_TRUE(tokenizer) << tokenizer.error().message;
        return tokenizer ? (*tokenizer)->bos() : -2;
    };
    EXPECT_EQ(bos(processed({begin, text})), 258);
    EXPECT_EQ(bos(processed(Json::array({text}))), -1);
    const std::string where = "post_processor.single: expected one special token at most, then the "
                              "text, found ";
    for (const Json& single : {Json{text, begin}, Json{begin, text, begin}, Json::array()})
        refused(processed(single), where + single.dump());
    refused(processed({begin, text}, 259),
            "post_processor.special_tokens.<e>.ids[0]: expected a token's id, found 259");
    refused(with("/post_processor", {{"type", "RobertaProcessing"}}),
            "post_processor.type: expected 'ByteLevel' or one 'TemplateProcessing', found "
            "'RobertaProcessing'");
}

TEST(TokenizerJson, HostileText) {
    const auto text = small().dump();
    for (size_t length = 0; length < text.size(); length += 97)
        EXPECT_FALSE(parse_byte_level_bpe(text.substr(0, length), "t.json")) << length;
    for (const char* key : {"/model", "/model/vocab", "/model/merges", "/added_tokens",
                            "/added_tokens/0", "/pre_tokenizer", "/post_processor", "/normalizer"})
        for (const Json& value : {Json(7), Json("x"), Json::array({1}), Json{{"a", 1}}})
            EXPECT_FALSE(parse_byte_level_bpe(with(key, value).dump(), "t.json")) << key << value;
}

} // namespace
} // namespace fp4::quant
