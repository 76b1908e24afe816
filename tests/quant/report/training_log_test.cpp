#include "fp4/quant/report/training_log.hpp"

#include <gtest/gtest.h>

#include "plausible_report.hpp"

namespace fp4::quant {
namespace {

TEST(TrainingLog, ReadsBackAsItWas) {
    test::Uniform uniform(3);
    const auto log = test::plausible_training(uniform, "faar \"ü\"");
    const auto read = parse_training_log(training_log_json(log), "a");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, log);
    EXPECT_EQ(*parse_training_log(training_log_json({}), "a"), TrainingLog{});
}

TEST(TrainingLog, RefusesWhatIsNone) {
    for (const char* bad : {"", "[]", "{}", R"({"name":"a","linears":[],"alignment":[{"step":1}]})",
                            R"({"name":1,"linears":[],"alignment":[]})"}) {
        const auto read = parse_training_log(bad, "log.json");
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code, ErrorCode::bad_file);
        EXPECT_EQ(read.error().message.rfind("log.json: expected a training log", 0), 0u)
            << read.error().message;
    }
}

} // namespace
} // namespace fp4::quant
