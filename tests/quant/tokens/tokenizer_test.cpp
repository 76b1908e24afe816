// Which tokenizer a path names, and sentencepiece's own.
#include "fp4/quant/tokens/tokenizer.hpp"

#include "fp4/io/posix_io.hpp"
#include "test_files.hpp"

namespace fp4::quant {
namespace {

const std::filesystem::path ref_llama = FP4_REF_LLAMA, data = FP4_TOKENIZER_DATA;

std::string text_of(const std::filesystem::path& path) {
    const auto text = io::read_text_file(path, 1 << 20);
    EXPECT_TRUE(text);
    return *text;
}

TEST(OpenTokenizer, ToldApartByTheFirstByte) {
    const test::TempDir dir;
    dir.write("a", text_of(ref_llama / "tokenizer.model"));
    dir.write("b", "\n " + text_of(data / "qwen3.json"));
    const auto pieces = open_tokenizer(dir / "a");
    ASSERT_TRUE(pieces) << pieces.error().message;
    EXPECT_EQ((*pieces)->vocab_size(), 1024u);
    EXPECT_EQ((*pieces)->bos(), 1);
    const auto bpe = open_tokenizer(dir / "b");
    ASSERT_TRUE(bpe) << bpe.error().message;
    EXPECT_EQ((*bpe)->bos(), -1);
}

TEST(OpenTokenizer, OfAFolder) {
    const test::TempDir dir;
    const auto none = open_tokenizer(dir.path());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message,
              dir.path().string() +
                  ": expected tokenizer.model or tokenizer.json in this folder, found neither");
    dir.write("tokenizer.json", text_of(data / "llama3.json"));
    const auto bpe = open_tokenizer(dir.path());
    ASSERT_TRUE(bpe) << bpe.error().message;
    EXPECT_NE((*bpe)->vocab_size(), 1024u);
    dir.write("tokenizer.model", text_of(ref_llama / "tokenizer.model"));
    std::string sha256;
    const auto pieces = open_tokenizer(dir.path(), &sha256);
    ASSERT_TRUE(pieces) << pieces.error().message;
    EXPECT_EQ((*pieces)->vocab_size(), 1024u);
    EXPECT_EQ(sha256.size(), 64u);
    std::filesystem::remove(dir / "tokenizer.json");
    std::filesystem::create_directory(dir / "tokenizer.json");
    std::filesystem::remove(dir / "tokenizer.model");
    EXPECT_FALSE(open_tokenizer(dir.path()));
}

TEST(OpenTokenizer, WhatIsNeither) {
    const test::TempDir dir;
    EXPECT_FALSE(open_tokenizer(dir / "missing"));
    const auto model = text_of(ref_llama / "tokenizer.model");
    for (const std::string& text :
         {std::string(), std::string("text"), std::string(100, '\0'),
          std::string("IQ== 0\nIg== 1\n"), model.substr(0, model.size() / 2),
          std::string("\xff\xfe\x00\x01", 4)}) {
        dir.write("garbage", text);
        const auto tokenizer = open_tokenizer(dir / "garbage");
        ASSERT_FALSE(tokenizer);
        EXPECT_EQ(tokenizer.error().code, ErrorCode::bad_file);
        EXPECT_EQ(tokenizer.error().message,
                  (dir / "garbage").string() +
                      ": expected a sentencepiece model (tokenizer.model) or a "
                      "tokenizer.json, found neither");
    }
}

TEST(Sentencepiece, BytesOfTokens) {
    const auto tokenizer = open_tokenizer(ref_llama);
    ASSERT_TRUE(tokenizer);
    const auto bytes = (*tokenizer)->token_bytes();
    ASSERT_EQ(bytes.size(), 1024u);
    EXPECT_EQ(bytes[0], 0u); // unknown
    EXPECT_EQ(bytes[1], 0u); // begin
    const std::string text = "int \xC3\xA4 = 5;\n\treturn x;\xF0\x9F\x98\x80";
    const auto ids = (*tokenizer)->encode(text);
    ASSERT_TRUE(ids);
    uint64_t sum = 0;
    for (const int32_t id : *ids) sum += bytes[static_cast<size_t>(id)];
    EXPECT_EQ(sum, text.size());
}

} // namespace
} // namespace fp4::quant
