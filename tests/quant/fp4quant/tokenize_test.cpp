// fp4tokenize: windows that the token reader takes, standing for exactly the text.
#include <gtest/gtest.h>

#include <numeric>

#include "child_process.hpp"
#include "fp4/quant/tokens/token_file.hpp"

namespace fp4::quant {
namespace {

const std::string tokenizer = std::string(FP4_REF_LLAMA) + "/tokenizer.model";

TEST(Tokenize, MakesWindowsOfEachFile) {
    const test::TemporaryFolder folder;
    std::string text;
    while (text.size() < 5000)
        text +=
            "template <class T>\n\tvoid f(T x);  // \xC3\xA4 " + std::to_string(text.size()) + "\n";
    folder.write("a.txt", text);
    folder.write("b.txt", text.substr(0, 700));
    const auto run = test::run_program(FP4TOKENIZE, {folder / "a.txt", folder / "b.txt",
                                                     "--tokenizer", tokenizer, "--length", "64",
                                                     "--out", folder / "t.safetensors"});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto windows = read_token_windows(folder / "t.safetensors", 1024);
    ASSERT_TRUE(windows) << windows.error().message;
    EXPECT_EQ(windows->length, 64u);
    EXPECT_EQ(windows->files.size(), 2u);
    EXPECT_EQ(windows->window(0)[0], 1); // BOS
    EXPECT_GT(std::accumulate(windows->bytes.begin(), windows->bytes.end(), 0), 5000 / 2);
    // A file in one window: the bytes of all tokens but BOS are the text's.
    const auto one =
        test::run_program(FP4TOKENIZE, {folder / "b.txt", "--tokenizer", tokenizer, "--length", "2",
                                        "--out", folder / "u.safetensors"});
    ASSERT_EQ(one.status, 0) << one.err;
    const auto pairs = read_token_windows(folder / "u.safetensors", 1024);
    ASSERT_TRUE(pairs);
    const std::string whole = std::to_string(2 * pairs->count());
    ASSERT_EQ(test::run_program(FP4TOKENIZE, {folder / "b.txt", "--tokenizer", tokenizer,
                                              "--length", whole, "--out", folder / "v.safetensors"})
                  .status,
              0);
    const auto all = read_token_windows(folder / "v.safetensors", 1024);
    ASSERT_TRUE(all);
    EXPECT_GE(all->bytes[0], 690); // at most one token was dropped
    EXPECT_LE(all->bytes[0], 700);
}

TEST(Tokenize, ByteLevelBpeOfATokenizerJson) {
    const test::TemporaryFolder folder;
    const std::string text = "It's 2025:\r\n\tx = {\xC3\xA9} \xF0\x9F\x98\x80<|eot_id|>";
    folder.write("a.txt", text);
    std::filesystem::copy_file(FP4_TOKENIZERS "/llama3.json", folder / "tokenizer.json");
    // One window of all that there is: one token more makes none.
    uint64_t length = 2;
    const auto run_with = [&](uint64_t tokens) {
        return test::run_program(FP4TOKENIZE,
                                 {folder / "a.txt", "--tokenizer", folder.path(), "--length",
                                  std::to_string(tokens), "--out", folder / "t.safetensors"});
    };
    while (run_with(length + 1).status == 0) ++length;
    ASSERT_EQ(run_with(length).status, 0);
    const auto windows = read_token_windows(folder / "t.safetensors", 1024);
    ASSERT_TRUE(windows) << windows.error().message;
    EXPECT_EQ(windows->window(0)[0], 402); // <|begin_of_text|>
    EXPECT_EQ(windows->bytes[0], static_cast<int32_t>(text.size()));
}

TEST(Tokenize, RefusesBadInput) {
    const test::TemporaryFolder folder;
    folder.write("latin1.txt", "\xE4\xF6\xFC");
    folder.write("short.txt", "int");
    const auto refused = [&](const std::vector<std::string>& words, const std::string& message) {
        const auto run = test::run_program(FP4TOKENIZE, words);
        EXPECT_EQ(run.status, 2);
        EXPECT_EQ(run.err_lines(), 1u) << run.err;
        EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
    };
    const std::string out = folder / "o.safetensors";
    refused({folder / "latin1.txt", "--tokenizer", tokenizer, "--out", out}, "expected UTF-8 text");
    refused({folder / "short.txt", "--tokenizer", tokenizer, "--out", out},
            "expected at least one window of 256 tokens");
    refused({folder / "none.txt", "--tokenizer", tokenizer, "--out", out}, "none.txt");
    refused({folder / "short.txt", "--tokenizer", folder / "short.txt", "--out", out},
            "expected a sentencepiece model");
    folder.write("empty.model", "");
    folder.write("tokenizer.txt", "{}");
    refused({folder / "short.txt", "--tokenizer", folder / "empty.model", "--out", out},
            "expected a sentencepiece model");
    refused({folder / "short.txt", "--tokenizer", folder.path(), "--out", out},
            "expected tokenizer.model or tokenizer.json in this folder, found neither");
    refused({folder / "short.txt", "--tokenizer", folder / "tokenizer.txt", "--out", out},
            "model.type: expected 'BPE', found no such key");
    EXPECT_FALSE(std::filesystem::exists(out));
}

} // namespace
} // namespace fp4::quant
