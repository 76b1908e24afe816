#include "regex_split.hpp"

#include <gtest/gtest.h>

#include "added_tokens.hpp"
#include "unicode_text.hpp"

namespace fp4::quant {
namespace {

std::vector<std::string> words_of(std::string_view pattern, std::string_view text) {
    auto split = RegexSplit::compile(pattern);
    EXPECT_TRUE(split) << split.error().message;
    const auto utf16 = to_utf16(text);
    EXPECT_TRUE(utf16);
    std::vector<std::u16string_view> words;
    EXPECT_TRUE(split->split(*utf16, words));
    std::vector<std::string> out;
    for (const auto word : words) out.push_back(to_utf8(word));
    return out;
}

using Words = std::vector<std::string>;

constexpr std::string_view llama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

TEST(RegexSplit, Llama3) {
    EXPECT_EQ(words_of(llama3, "It'S 12345  ok!!\n\n x"),
              (Words{"It", "'S", " ", "123", "45", " ", " ok", "!!\n\n", " x"}));
    EXPECT_EQ(words_of(llama3, "\u4f60\u597d\uff0c\U0001F600"),
              (Words{"\u4f60\u597d", "\uff0c\U0001F600"}));
    EXPECT_EQ(words_of(llama3, "a\u00A0b"), (Words{"a", "\u00A0b"})); // a blank of Unicode
    EXPECT_EQ(words_of(llama3, ""), Words{});
}

TEST(RegexSplit, WhatStandsBetweenMatchesIsKept) {
    EXPECT_EQ(words_of(R"(\d+)", "ab12cd"), (Words{"ab", "12", "cd"}));
    EXPECT_EQ(words_of(R"(\d*)", "a1"), (Words{"a", "1"})); // empty matches make no words
}

TEST(RegexSplit, OnlyWhatOnigurumaReadsAlike) {
    for (const char* taken : {R"([\r\n\/]*)", R"(\p{Lu}|\P{L}++|(?:a)?+)", R"((?>a+)(?=b))",
                              R"(\p{N}{1,3}|x{2})", R"([^\s\p{L}]+)"})
        EXPECT_TRUE(RegexSplit::compile(taken)) << taken;
    for (const char* refused : {".",
                                "^a",
                                "a$",
                                R"(\w+)",
                                R"(\b)",
                                R"(\h)",
                                R"(\p{Han})",
                                R"(\p{Script=Han})",
                                R"(\pL)",
                                R"([a&&b])",
                                R"([[:alpha:]])",
                                R"([a--b])",
                                R"([]a])",
                                R"([a)",
                                R"((?m:a))",
                                R"((?x) a)",
                                R"((?<=a)b)",
                                R"(a{1,2}+)",
                                R"(a{,2})",
                                R"(a{x})",
                                R"(\1)",
                                R"(\)"}) {
        const auto split = RegexSplit::compile(refused);
        ASSERT_FALSE(split) << refused;
        EXPECT_TRUE(split.error().message.ends_with("' in it")) << split.error().message;
    }
    const auto broken = RegexSplit::compile("(a");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().message, "U_REGEX_MISMATCHED_PAREN");
}

TEST(UnicodeText, NormalizationFormC) {
    EXPECT_EQ(*nfc("e\u0301 \u212B"), "\u00E9 \u00C5");
    EXPECT_EQ(*nfc(""), "");
    EXPECT_FALSE(to_utf16("\xC3"));
}

TEST(AddedTokens, LeftmostThenLongest) {
    const AddedTokens tokens({{"ab", 1}, {"abc", 2}, {"bcd", 3}, {"<|x|>", 4}});
    std::string seen;
    for (const auto& [text, token] : tokens.split("zabcd<|x|>ab<|x"))
        seen += std::string(text) + "=" + (token ? std::to_string(*token) : "-") + " ";
    EXPECT_EQ(seen, "z=- abc=2 d=- <|x|>=4 ab=1 <|x=- ");
    EXPECT_TRUE(tokens.split("").empty());
}

} // namespace
} // namespace fp4::quant
