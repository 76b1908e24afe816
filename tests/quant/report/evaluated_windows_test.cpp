#include "fp4/quant/report/evaluated_windows.hpp"

#include <gtest/gtest.h>

namespace fp4::quant {
namespace {

// BOS is token 1; tokens 2, 3, 4 stand for 1, 3 and 7 bytes.
const std::vector<uint32_t> token_bytes{0, 0, 1, 3, 7};

TokenWindows two_windows() {
    TokenWindows out;
    out.length = 3;
    out.tokens = {1, 2, 4, 3, 3, 2};
    out.file = {5, 6};
    out.domain = {1, 0};
    out.bytes = {8, 7};
    out.domains = {"boost", "postgres"};
    return out;
}

TEST(EvaluatedWindows, LeaveOutTheFirstTokensBytes) {
    const auto found = evaluated_windows(two_windows(), token_bytes);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->predicted_tokens, 2u);
    EXPECT_EQ(found->bytes, (std::vector<double>{8, 4}));
    EXPECT_EQ(found->file, (std::vector<uint32_t>{5, 6}));
    EXPECT_EQ(found->domain, (std::vector<uint32_t>{1, 0}));
    EXPECT_EQ(found->domains, two_windows().domains);
}

TEST(EvaluatedWindows, ShareTheBytesWithoutATokenizer) {
    auto tokens = two_windows();
    tokens.bytes = {9, 6};
    const auto found = evaluated_windows(tokens, {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bytes, (std::vector<double>{6, 4}));
}

TEST(EvaluatedWindows, RefuseATokenizerThatDoesNotFit) {
    auto tokens = two_windows();
    tokens.bytes[1] = 8;
    EXPECT_EQ(evaluated_windows(tokens, token_bytes).error().message, "window 1: expected a tokenizer by which it has 8 bytes, found 7");
    EXPECT_EQ(evaluated_windows(two_windows(), std::span(token_bytes).first(4)).error().message, "window 0: expected tokens below 4, found 4");
    tokens.length = 1;
    EXPECT_EQ(evaluated_windows(tokens, {}).error().code, ErrorCode::bad_shape);
}

} // namespace
} // namespace fp4::quant
