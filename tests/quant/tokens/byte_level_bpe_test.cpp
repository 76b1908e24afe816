// Ids that Hugging Face's tokenizers gave for the files in data/ (tokenizers_test.py --write).
#include <gtest/gtest.h>

#include <numeric>

#include "fp4/io/posix_io.hpp"
#include "fp4/io/strict_json.hpp"
#include "fp4/quant/tokens/tokenizer.hpp"

namespace fp4::quant {
namespace {

const std::filesystem::path data = FP4_TOKENIZER_DATA;

struct Expected {
    std::string text;
    std::vector<int32_t> ids;
};

std::vector<Expected> expected_of(const std::string& name) {
    const auto text = io::read_text_file(data / (name + "_ids.json"), 1 << 20);
    EXPECT_TRUE(text);
    const auto json = io::parse_json_object(*text, name);
    EXPECT_TRUE(json) << json.error().message;
    std::vector<Expected> out;
    for (const auto& each : json->at("texts"))
        out.push_back({each.at("text").get<std::string>(), each.at("ids")});
    EXPECT_GT(out.size(), 15u);
    return out;
}

std::unique_ptr<Tokenizer> opened(const std::string& name) {
    auto tokenizer = open_tokenizer(data / (name + ".json"));
    EXPECT_TRUE(tokenizer) << tokenizer.error().message;
    return *std::move(tokenizer);
}

TEST(ByteLevelBpe, IdsEqualTheTokenizersPackages) {
    for (const std::string name : {"llama3", "qwen3"}) {
        const auto tokenizer = opened(name);
        for (int round = 0; round < 2; ++round) // the second time from the cache
            for (const auto& [text, wanted] : expected_of(name)) {
                auto ids = tokenizer->encode(text);
                ASSERT_TRUE(ids) << ids.error().message;
                if (tokenizer->bos() >= 0) ids->insert(ids->begin(), tokenizer->bos());
                EXPECT_EQ(*ids, wanted) << name << ": " << text;
            }
    }
}

TEST(ByteLevelBpe, TokensStandForTheBytesOfTheText) {
    const auto tokenizer = opened("llama3"); // no normalization
    const auto bytes = tokenizer->token_bytes();
    ASSERT_EQ(bytes.size(), tokenizer->vocab_size());
    for (const auto& [text, wanted] : expected_of("llama3")) {
        const auto ids = tokenizer->encode(text);
        ASSERT_TRUE(ids);
        EXPECT_EQ(std::accumulate(
                      ids->begin(), ids->end(), size_t{0},
                      [&](size_t sum, int32_t id) { return sum + bytes[static_cast<size_t>(id)]; }),
                  text.size())
            << text;
    }
}

TEST(ByteLevelBpe, BeginTokenOfThePostProcessor) {
    EXPECT_EQ(opened("qwen3")->bos(), -1);
    const auto llama = opened("llama3");
    const auto ids = llama->encode("<|begin_of_text|>");
    ASSERT_TRUE(ids);
    EXPECT_EQ(*ids, std::vector{llama->bos()});
}

TEST(ByteLevelBpe, InvalidUtf8IsAnError) {
    for (const std::string name : {"llama3", "qwen3"})
        for (const std::string text : {"\xff", "a\xc3", "\xed\xa0\x80"}) {
            const auto ids = opened(name)->encode(text);
            ASSERT_FALSE(ids);
            EXPECT_EQ(ids.error().message, "text: expected valid UTF-8");
        }
}

} // namespace
} // namespace fp4::quant
