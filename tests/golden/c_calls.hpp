// Calls of the C interface that must fail, and operands as it takes them.
#pragma once
#include <gtest/gtest.h>

#include <cstring>

#include "fp4.h"
#include "operands.hpp"

namespace fp4::test {

// The call returns `status`, fills its fp4_error with `message`, and does the same without an
// fp4_error.
template <class Call>
void expect_refused(Call&& call, fp4_status status, const std::string& message) {
    fp4_error error;
    std::memset(&error, 0x55, sizeof error);
    EXPECT_EQ(call(&error), status) << message;
    EXPECT_EQ(error.status, status) << message;
    ASSERT_NE(std::memchr(error.message, 0, sizeof error.message), nullptr);
    EXPECT_EQ(std::string(error.message), message);
    EXPECT_EQ(call(nullptr), status) << message;
}

// The call succeeds and says so in the fp4_error.
template <class Call>
void expect_done(Call&& call) {
    fp4_error error;
    std::memset(&error, 0x55, sizeof error);
    EXPECT_EQ(call(&error), FP4_OK) << error.message;
    EXPECT_EQ(error.status, FP4_OK);
    EXPECT_STREQ(error.message, "");
}

inline fp4_operand operand_of(Format format, Specials specials) {
    return {static_cast<fp4_format>(format), specials.v1_halves, specials.v2_halves};
}

inline fp4_encode_options encode_options_of(Format format, Specials specials,
                                            fp4_encoder encoder = FP4_ENCODER_DEFAULT) {
    fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    options.encoder = encoder;
    options.operand = operand_of(format, specials);
    return options;
}

inline fp4_config config_of(const PackedTensor& a, const PackedTensor& b, size_t profile) {
    return {sizeof(fp4_config), static_cast<fp4_profile>(profile), operand_of(a.format, a.specials),
            operand_of(b.format, b.specials)};
}

} // namespace fp4::test
