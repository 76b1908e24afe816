#include "byte_pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "byte_alphabet.hpp"

namespace fp4::quant {
namespace {

// Token b is byte b; each merge makes the next token.
std::array<int32_t, 256> single_bytes() {
    std::array<int32_t, 256> out{};
    for (int32_t byte = 0; byte < 256; ++byte) out[static_cast<size_t>(byte)] = byte;
    return out;
}

// The same by scanning the whole word for each merge.
std::vector<int32_t> scanned(std::string_view word, const std::vector<Merge>& merges) {
    std::vector<int32_t> ids;
    for (const char byte : word) ids.push_back(static_cast<uint8_t>(byte));
    for (bool merged = true; merged;) {
        merged = false;
        for (const Merge& merge : merges) {
            for (size_t i = 0; !merged && i + 1 < ids.size(); ++i)
                if (ids[i] == merge.left && ids[i + 1] == merge.right) {
                    ids[i] = merge.merged;
                    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
                    merged = true;
                }
            if (merged) break;
        }
    }
    return ids;
}

TEST(BytePairs, EarliestMergeThenLeftmost) {
    const BytePairs pairs(
        single_bytes(),
        std::vector<Merge>{
            {'b', 'c', 256}, {'a', 'b', 257}, {'a', 256, 258}, {'x', 'x', 259}, {259, 'x', 260}});
    EXPECT_EQ(pairs.encode("abc"), (std::vector{258}));
    EXPECT_EQ(pairs.encode("abd"), (std::vector<int32_t>{257, 'd'}));
    EXPECT_EQ(pairs.encode("xxx"), (std::vector{260}));
    EXPECT_EQ(pairs.encode("xxxx"), (std::vector{259, 259}));
    EXPECT_EQ(pairs.encode("xxxxx"), (std::vector{259, 260}));
    EXPECT_EQ(pairs.encode(""), std::vector<int32_t>{});
    EXPECT_EQ(pairs.encode("\xff"), std::vector{255});
}

// When "bc" has become one token, what follows from "ab" must not happen at the place of "ab".
TEST(BytePairs, MergesThatCameTooLate) {
    const BytePairs pairs(
        single_bytes(),
        std::vector<Merge>{{'b', 'c', 256}, {'a', 'b', 257}, {256, 'a', 258}, {'a', 256, 259}});
    EXPECT_EQ(pairs.encode("abca"), (std::vector<int32_t>{'a', 258}));
}

TEST(BytePairs, EqualTheScanOverRandomMerges) {
    std::mt19937 draw(3);
    for (int round = 0; round < 200; ++round) {
        std::vector<Merge> merges;
        std::map<std::pair<int32_t, int32_t>, bool> seen;
        std::vector<int32_t> tokens{'a', 'b', 'c'};
        for (int32_t next = 256; next < 276; ++next) {
            const int32_t left = tokens[draw() % tokens.size()],
                          right = tokens[draw() % tokens.size()];
            if (!seen.emplace(std::pair(left, right), true).second) continue;
            merges.push_back({left, right, next});
            tokens.push_back(next);
        }
        std::shuffle(merges.begin(), merges.end(), draw);
        const BytePairs pairs(single_bytes(), merges);
        std::string word;
        for (size_t i = draw() % 60; i > 0; --i) word += static_cast<char>('a' + draw() % 3);
        EXPECT_EQ(pairs.encode(word), scanned(word, merges)) << word;
    }
}

// A million bytes in one word: hours, were it quadratic.
TEST(BytePairs, LongWords) {
    std::vector<Merge> merges{{'a', 'a', 256}};
    for (int32_t token = 256; token < 274; ++token) merges.push_back({token, token, token + 1});
    const auto ids = BytePairs(single_bytes(), merges).encode(std::string(1'000'000, 'a'));
    EXPECT_EQ(ids.size(), 7u); // the ones of 1,000,000 in binary
}

TEST(ByteAlphabet, WritesEachByteAndReadsItBack) {
    for (int byte = 0; byte < 256; ++byte)
        EXPECT_EQ(bytes_of_token(written_byte(static_cast<uint8_t>(byte))),
                  std::string(1, static_cast<char>(byte)));
    EXPECT_EQ(written_byte(' '), "\u0120");
    EXPECT_EQ(written_byte('\n'), "\u010A");
    EXPECT_EQ(written_byte('a'), "a");
    EXPECT_EQ(written_byte(0xE9), "\u00E9");
    EXPECT_EQ(written_byte(0xAD), "\u0143");
    EXPECT_EQ(bytes_of_token("\u0120the"), " the");
    EXPECT_EQ(bytes_of_token("a b"), std::nullopt);
    EXPECT_EQ(bytes_of_token("\u4f60"), std::nullopt);
    EXPECT_EQ(bytes_of_token("\xC4"), std::nullopt);
}

} // namespace
} // namespace fp4::quant
