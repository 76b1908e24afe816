#include "fp4/io/strict_json.hpp"

#include <gtest/gtest.h>

namespace fp4::io {
namespace {

void expect_error(const Result<nlohmann::json>& result, const std::string& message) {
    ASSERT_FALSE(result) << message;
    EXPECT_EQ(result.error().code, ErrorCode::bad_file);
    EXPECT_EQ(result.error().message.substr(0, message.size()), message);
}

TEST(StrictJson, ObjectsAndArrays) {
    const auto object = parse_json_object(R"({"a":[1,{"b":null}]})", "f");
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->dump(), R"({"a":[1,{"b":null}]})");
    const auto array = parse_json_array(R"([1,{"b":null}])", "f");
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->dump(), R"([1,{"b":null}])");
    expect_error(parse_json_object("[1]", "f"), "f: expected an object, found an array of 1");
    expect_error(parse_json_array("{}", "f"), "f: expected an array, found an object");
    expect_error(parse_json_array("7", "f"), "f: expected an array, found 7");
}

TEST(StrictJson, ArraysAreAsStrictAsObjects) {
    expect_error(parse_json_array(R"([{"a":1,"a":2}])", "f"),
                 "f: byte 10: key 'a': expected each key once, found a duplicate");
    expect_error(parse_json_array("[1,]", "f"), "f: byte 3: expected valid JSON, found ");
    expect_error(parse_json_array("[1] 2", "f"), "f: byte 4: expected valid JSON, found ");
    expect_error(parse_json_array(std::string("[]\0", 3), "f"), "f: byte 2: expected JSON text");
    expect_error(parse_json_array(std::string(100'000, '['), "f"),
                 "f: byte 32: expected at most 32 levels of nesting, found more");
    expect_error(parse_json_array("[\"\xC0\x80\"]", "f"), "f: byte ");
}

} // namespace
} // namespace fp4::io
