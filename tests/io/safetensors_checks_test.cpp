#include "fp4/io/safetensors.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

using test::entry;
using test::safetensors;
using test::TempDir;

struct BadFile {
    const char* name;
    std::string bytes;
    std::string message; // what follows "<path>: "
};

std::string one(const std::string& entries, size_t data = 0) {
    return safetensors("{" + entries + "}", std::string(data, 'x'));
}

std::string deep(const std::string& open) {
    std::string text = "{\"a\":";
    for (int i = 0; i < 100'000; ++i) text += open;
    return text + "}";
}

std::string many(size_t count, const std::string& tail) {
    std::string text = "{";
    for (size_t i = 0; i < count; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\"" + tail;
    return text + "}";
}

std::string repeat_join(const std::string& item, int count) {
    std::string text = item;
    for (int i = 1; i < count; ++i) text += "," + item;
    return text;
}

const std::vector<BadFile>& bad_files() {
    static const std::vector<BadFile> files{
        // lengths
        {"empty_file", "", "expected a safetensors file of at least 8 bytes, found 0"},
        {"seven_bytes", std::string(7, '\0'),
         "expected a safetensors file of at least 8 bytes, found 7"},
        {"header_over_limit", test::little_endian(100'000'001, 8) + "{}",
         "header length at byte 0: expected at most 100000000, found 100000001"},
        {"header_length_max", std::string(8, '\xFF') + "{}",
         "header length at byte 0: expected at most 100000000, found 18446744073709551615"},
        {"header_beyond_file", test::little_endian(3, 8) + "{}",
         "header length at byte 0: expected at most 2, the rest of the file, found 3"},
        // one UTF-8 JSON object, nothing but spaces after it
        {"no_header", safetensors(""), "header: expected '{' as byte 8, found an empty header"},
        {"leading_space", safetensors(" {}"), "header: expected '{' as byte 8, found ' '"},
        {"byte_order_mark", safetensors("\xEF\xBB\xBF{}"),
         "header: expected '{' as byte 8, found '\\xEF'"},
        {"array", safetensors("[]"), "header: expected '{' as byte 8, found '['"},
        {"trailing_newline", safetensors("{}\n"),
         "header: expected an object with nothing but spaces after it, found '\\x0A' at byte 10"},
        {"trailing_object", safetensors("{}{}"), "header: byte 10: expected valid JSON, found "},
        {"trailing_nul", safetensors(std::string("{}\0}", 4)),
         "header: expected JSON text, found a NUL byte at byte 10"},
        {"cut_off", safetensors("{\"a\":"),
         "header: expected an object with nothing but spaces after it, found ':' at byte 12"},
        {"syntax", safetensors("{\"a\"}"), "header: byte 12: expected valid JSON, found "},
        {"comment", safetensors("{/**/}"), "header: byte 9: expected valid JSON, found "},
        {"not_utf8", safetensors("{\"a\xC0\x80\":{}}"),
         "header: byte 11: expected valid JSON, found "},
        {"lone_surrogate", safetensors("{\"\\ud800\":{}}"),
         "header: byte 16: expected valid JSON, found "},
        {"raw_control", safetensors("{\"\x1b[2J\":{}}"),
         "header: byte 10: expected valid JSON, found "},
        // depth and count
        {"deep_arrays", safetensors(deep("[")),
         "tensor 'a': byte 13: expected an object with dtype, shape and data_offsets, found an "
         "array"},
        {"deep_objects", safetensors(deep("{\"dtype\":")),
         "tensor 'a': dtype: byte 22: expected a string, found an object"},
        {"deep_shape", one(entry("a", "U8", "[[1]]", "[0,1]"), 1),
         "tensor 'a': shape[0]: byte 36: expected a plain integer from 0 to 2^63, found an array"},
        // the limits on tensors and metadata have a test of their own below
        {"too_many_dimensions", one(entry("a", "U8", "[" + repeat_join("1", 65) + "]", "[0,1]"), 1),
         "tensor 'a': shape: byte 164: expected at most 64 dimensions, found more"},
        // duplicate keys
        {"tensor_twice",
         one(entry("a", "U8", "[0]", "[0,0]") + "," + entry("a", "U8", "[0]", "[0,0]")),
         "tensor 'a': byte 63: expected each key once, found a duplicate"},
        {"tensor_twice_escaped",
         one(entry("a", "U8", "[0]", "[0,0]") + "," + entry("\\u0061", "U8", "[0]", "[0,0]")),
         "tensor 'a': byte 68: expected each key once, found a duplicate"},
        {"metadata_twice", one("\"__metadata__\":{},\"__metadata__\":{}"),
         "__metadata__: byte 40: expected each key once, found a duplicate"},
        {"field_twice", one("\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}"),
         "tensor 'a': dtype: byte 33: expected each key once, found a duplicate"},
        {"metadata_key_twice", one("\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}"),
         "__metadata__: key 'k': byte 35: expected each key once, found a duplicate"},
        // numbers
        {"shape_fraction", one(entry("a", "U8", "[1.0]", "[0,1]"), 1),
         "tensor 'a': shape[0]: byte 38: expected a plain integer from 0 to 2^63, found 1.0"},
        {"shape_exponent", one(entry("a", "U8", "[1,1e3]", "[0,1]"), 1),
         "tensor 'a': shape[1]: byte 40: expected a plain integer from 0 to 2^63, found 1e3"},
        {"shape_minus_zero", one(entry("a", "U8", "[-0]", "[0,0]")),
         "tensor 'a': shape[0]: byte 37: expected a plain integer from 0 to 2^63, found -0"},
        {"shape_negative", one(entry("a", "U8", "[-1]", "[0,0]")),
         "tensor 'a': shape[0]: byte 37: expected a plain integer from 0 to 2^63, found -1"},
        {"shape_above_2_63", one(entry("a", "U8", "[0,9223372036854775809]", "[0,0]")),
         "tensor 'a': shape[1]: byte 56: expected a plain integer from 0 to 2^63, found "
         "9223372036854775809"},
        {"shape_above_2_64", one(entry("a", "U8", "[0,18446744073709551616]", "[0,0]")),
         "tensor 'a': shape[1]: byte 57: expected a plain integer from 0 to 2^63, found "
         "18446744073709551616"},
        {"shape_overflowing_double", one(entry("a", "U8", "[1e999]", "[0,0]")),
         "header: byte 40: expected valid JSON, found number overflow"},
        {"shape_leading_zero", one(entry("a", "U8", "[01]", "[0,0]")),
         "header: byte 37: expected valid JSON, found "},
        {"shape_string", one(entry("a", "U8", "[\"1\"]", "[0,1]"), 1),
         "tensor 'a': shape[0]: byte 38: expected a plain integer from 0 to 2^63, found the string "
         "'1'"},
        {"shape_true", one(entry("a", "U8", "[true]", "[0,1]"), 1),
         "tensor 'a': shape[0]: byte 39: expected a plain integer from 0 to 2^63, found true"},
        {"shape_number", one(entry("a", "U8", "1", "[0,1]"), 1),
         "tensor 'a': shape: byte 35: expected an array of integers, found 1"},
        {"offset_fraction", one(entry("a", "U8", "[1]", "[0,1.0]"), 1),
         "tensor 'a': data_offsets[1]: byte 59: expected a plain integer from 0 to 2^63, found "
         "1.0"},
        {"offset_negative", one(entry("a", "U8", "[1]", "[-1,0]"), 1),
         "tensor 'a': data_offsets[0]: byte 56: expected a plain integer from 0 to 2^63, found -1"},
        {"one_offset", one(entry("a", "U8", "[1]", "[0]"), 1),
         "tensor 'a': data_offsets: byte 56: expected two integers, found 1"},
        {"three_offsets", one(entry("a", "U8", "[1]", "[0,1,1]"), 1),
         "tensor 'a': data_offsets: byte 59: expected two integers, found more"},
        // sizes
        {"product_overflow", one(entry("a", "U8", "[4294967296,4294967296]", "[0,0]")),
         "tensor 'a': shape: byte 79: expected a product below 2^64, found a larger one"},
        {"bits_overflow", one(entry("a", "F32", "[1152921504606846976]", "[0,0]")),
         "tensor 'a': shape: byte 78: expected whole bytes and a size below 2^61 bytes, found "
         "1152921504606846976 elements of F32"},
        {"half_bytes", one(entry("a", "F4", "[3]", "[0,1]"), 1),
         "tensor 'a': shape: byte 59: expected whole bytes and a size below 2^61 bytes, found 3 "
         "elements of F4"},
        {"size_too_small", one(entry("a", "F32", "[2]", "[0,4]"), 4),
         "tensor 'a': data_offsets: byte 60: expected 8 bytes (2 elements of F32), found 4 bytes "
         "[0, 4]"},
        {"size_too_large", one(entry("a", "U8", "[]", "[0,2]"), 2),
         "tensor 'a': data_offsets: byte 58: expected 1 bytes (1 elements of U8), found 2 bytes "
         "[0, 2]"},
        {"offsets_reversed", one(entry("a", "U8", "[1]", "[1,0]"), 1),
         "tensor 'a': data_offsets: byte 59: expected begin <= end, found [1, 0]"},
        // tiling
        {"starts_late", one(entry("a", "U8", "[1]", "[1,2]"), 2),
         "tensor 'a': data_offsets: expected to begin at 0, found 1 (a hole)"},
        {"hole", one(entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[2,3]"), 3),
         "tensor 'b': data_offsets: expected to begin at 1, where tensor 'a' ends, found 2 (a "
         "hole)"},
        {"overlap",
         one(entry("b", "U8", "[2]", "[1,3]") + "," + entry("a", "U8", "[2]", "[0,2]"), 3),
         "tensor 'b': data_offsets: expected to begin at 2, where tensor 'a' ends, found 1 (an "
         "overlap)"},
        {"same_bytes",
         one(entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[0,1]"), 1),
         "tensor 'b': data_offsets: expected to begin at 1, where tensor 'a' ends, found 0 (an "
         "overlap)"},
        {"trailing_data", one(entry("a", "U8", "[1]", "[0,1]"), 2),
         "header: expected tensors that fill the data buffer of 2 bytes, found the last one ending "
         "at 1"},
        {"no_tensor_but_data", one("", 1),
         "header: expected tensors that fill the data buffer of 1 bytes, found the last one ending "
         "at 0"},
        {"truncated_data", one(entry("a", "U8", "[2]", "[0,2]"), 1),
         "tensor 'a': data_offsets: byte 59: expected an end of at most 1, the size of the data "
         "buffer, found [0, 2]"},
        // structure
        {"metadata_number", one("\"__metadata__\":{\"k\":1}"),
         "__metadata__: key 'k': byte 29: expected a string, found 1"},
        {"metadata_null", one("\"__metadata__\":{\"k\":null}"),
         "__metadata__: key 'k': byte 32: expected a string, found null"},
        {"metadata_object", one("\"__metadata__\":{\"k\":{}}"),
         "__metadata__: key 'k': byte 29: expected a string, found an object"},
        {"metadata_is_null", one("\"__metadata__\":null"),
         "__metadata__: byte 27: expected an object of strings, found null"},
        {"metadata_is_array", one("\"__metadata__\":[]"),
         "__metadata__: byte 24: expected an object of strings, found an array"},
        {"tensor_is_number", one("\"a\":7"),
         "tensor 'a': byte 13: expected an object with dtype, shape and data_offsets, found 7"},
        {"dtype_number", one("\"a\":{\"dtype\":8}"),
         "tensor 'a': dtype: byte 22: expected a string, found 8"},
        {"dtype_array", one("\"a\":{\"dtype\":[]}"),
         "tensor 'a': dtype: byte 22: expected a string, found an array"},
        {"no_dtype", one("\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}"),
         "tensor 'a': byte 46: expected the key dtype, found none"},
        {"no_shape", one("\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}"),
         "tensor 'a': byte 47: expected the key shape, found none"},
        {"no_offsets", one("\"a\":{\"dtype\":\"U8\",\"shape\":[0]}"),
         "tensor 'a': byte 38: expected the key data_offsets, found none"},
        {"unknown_field", one("\"a\":{\"stride\":[1]}"),
         "tensor 'a': byte 21: expected dtype, shape or data_offsets, found the key 'stride'"},
        // hostile names
        {"control_in_name", one("\"\\u001b[2J\\n\\u0000\\u009b\\u202e'\":1"),
         "tensor '\\x1B[2J\\x0A\\x00\\xC2\\x9B\\xE2\\x80\\xAE'': byte "},
        {"long_name", one("\"" + std::string(5000, 'n') + "\":1"),
         "tensor '" + std::string(96, 'n') + "...': byte "},
    };
    return files;
}

class SafetensorsBadFiles : public testing::TestWithParam<size_t> {};

TEST_P(SafetensorsBadFiles, Refuse) {
    const auto& bad = bad_files()[GetParam()];
    const TempDir dir;
    const auto path = dir.write("bad.safetensors", bad.bytes);
    const auto file = SafetensorsFile::open(path);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::bad_file);
    test::expect_message(file.error().message, path.string() + ": " + bad.message);
    EXPECT_LT(file.error().message.size(), path.string().size() + 600);
}

INSTANTIATE_TEST_SUITE_P(Files, SafetensorsBadFiles, testing::Range(size_t{0}, bad_files().size()),
                         [](const auto& index) {
                             return std::string(bad_files()[index.param].name);
                         });

TEST(SafetensorsChecks, CountLimitsNameTheLimit) {
    const auto parse = [](const std::string& json) {
        return parse_safetensors_header(std::as_bytes(std::span(json)), 0, "f");
    };
    const auto tensors =
        parse(many(max_tensors + 1, ":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"));
    ASSERT_FALSE(tensors);
    EXPECT_NE(tensors.error().message.find("expected at most 262144 tensors, found more"),
              std::string::npos)
        << tensors.error().message;
    const auto metadata = parse("{\"__metadata__\":" + many(max_tensors + 1, ":\"\"") + "}");
    ASSERT_FALSE(metadata);
    EXPECT_NE(metadata.error().message.find("expected at most 262144 entries, found more"),
              std::string::npos)
        << metadata.error().message;
    EXPECT_TRUE(
        parse(many(max_tensors, ":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}")));
}

TEST(SafetensorsChecks, HeaderLargerThanTheLimit) {
    const std::string json = "{}" + std::string(max_header_bytes - 1, ' ');
    const auto bytes = std::as_bytes(std::span(json));
    const auto header = parse_safetensors_header(bytes, 0, "f");
    ASSERT_FALSE(header);
    EXPECT_EQ(header.error().message,
              "f: header: expected at most 100000000 bytes, found 100000001");
    EXPECT_TRUE(parse_safetensors_header(bytes.first(max_header_bytes), 0, "f"));
}

TEST(SafetensorsChecks, EveryPrefixOfAGoodFileIsRefused) {
    const std::string good = one(entry("a", "F32", "[2]", "[0,8]"), 8);
    const TempDir dir;
    for (size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(SafetensorsFile::open(dir.write("f", good.substr(0, size)))) << size;
    EXPECT_TRUE(SafetensorsFile::open(dir.write("f", good)));
}

} // namespace
} // namespace fp4::io
