#include "fp4/quant/report/evaluated_windows.hpp"

#include <gtest/gtest.h>

namespace fp4::quant {
namespace {

TEST(EvaluatedWindows, AreThoseOfTheTokenFile) {
    TokenWindows tokens;
    tokens.length = 3;
    tokens.tokens = {1, 2, 4, 3, 3, 2};
    tokens.file = {5, 6};
    tokens.domain = {1, 0};
    tokens.bytes = {8, 4};
    tokens.domains = {"boost", "postgres"};
    const auto found = evaluated_windows(tokens);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->predicted_tokens, 2u);
    EXPECT_EQ(found->bytes, (std::vector<double>{8, 4}));
    EXPECT_EQ(found->file, (std::vector<uint32_t>{5, 6}));
    EXPECT_EQ(found->domain, (std::vector<uint32_t>{1, 0}));
    EXPECT_EQ(found->domains, tokens.domains);
    tokens.length = 1;
    EXPECT_EQ(evaluated_windows(tokens).error().code, ErrorCode::bad_shape);
}

} // namespace
} // namespace fp4::quant
