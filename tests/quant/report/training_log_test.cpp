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
    const std::pair<const char*, const char*> cases[]{
        {"", "byte 0: expected valid JSON, found "},
        {"[]", "expected an object, found an array of 0"},
        {R"({"name":"a","name":"b"})", "byte 17: key 'name': expected each key once"},
        {"{}", "expected a training log, found "},
        {R"({"name":"a","linears":[],"alignment":[{"step":1}]})",
         "expected a training log, found "},
        {R"({"name":1,"linears":[],"alignment":[]})", "expected a training log, found "}};
    for (const auto& [bad, message] : cases) {
        const auto read = parse_training_log(bad, "log.json");
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code, ErrorCode::bad_file);
        EXPECT_EQ(read.error().message.rfind("log.json: " + std::string(message), 0), 0u)
            << read.error().message;
    }
}

} // namespace
} // namespace fp4::quant
