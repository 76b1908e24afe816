#include "fp4/io/safetensors.hpp"
#include "test_files.hpp"

namespace fp4::io {
namespace {

using test::TempDir;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

// The tensors of a file as writer input; `storage` keeps their bytes.
std::vector<TensorData> contents(const SafetensorsFile& file, std::vector<std::string>& storage) {
    std::vector<TensorData> tensors;
    storage.resize(file.tensors().size());
    for (size_t i = 0; i < storage.size(); ++i) {
        const auto& tensor = file.tensors()[i];
        storage[i].resize(tensor.byte_size());
        EXPECT_TRUE(file.read(tensor, std::as_writable_bytes(std::span(storage[i]))));
        tensors.push_back({tensor.name, tensor.dtype, tensor.shape, bytes_of(storage[i])});
    }
    return tensors;
}

TEST(SafetensorsWriter, Bytes) {
    const TempDir dir;
    const auto status = write_safetensors(dir / "f", {{"seed", "7"}},
                                          std::vector<TensorData>{
                                              {"codes", Dtype::u8, {1, 3}, bytes_of("abc")},
                                              {"b", Dtype::f32, {}, bytes_of("BBBB")},
                                              {"a", Dtype::f32, {1}, bytes_of("AAAA")},
                                          });
    ASSERT_TRUE(status) << status.error().message;
    const std::string header =
        "{\"__metadata__\":{\"format\":\"pt\",\"seed\":\"7\"},\"a\":{\"dtype\":\"F32\",\"shape\":["
        "1],\"data_offsets\":[0,4]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},\"codes\":{\"dtype\":\"U8\","
        "\"shape\":[1,3],\"data_offsets\":[8,11]}}";
    const std::string padded = header + std::string(-header.size() % 8, ' ');
    EXPECT_EQ(test::read_file(dir / "f"), test::safetensors(padded, "AAAABBBBabc"));
}

TEST(SafetensorsWriter, SameBytesAsTheOfficialWriter) { // header of safetensors 0.8.0 for one empty
                                                        // tensor of each dtype it accepts
    static constexpr std::string_view official =
        R"({"__metadata__":{"format":"pt"},"uint64":{"dtype":"U64","shape":[0],"data_offsets":[0,0]},"int64":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},)"
        R"("float64":{"dtype":"F64","shape":[0],"data_offsets":[0,0]},"complex64":{"dtype":"C64","shape":[0],"data_offsets":[0,0]},)"
        R"("float32":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"uint32":{"dtype":"U32","shape":[0],"data_offsets":[0,0]},)"
        R"("int32":{"dtype":"I32","shape":[0],"data_offsets":[0,0]},"bfloat16":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]},)"
        R"("float16":{"dtype":"F16","shape":[0],"data_offsets":[0,0]},"uint16":{"dtype":"U16","shape":[0],"data_offsets":[0,0]},)"
        R"("int16":{"dtype":"I16","shape":[0],"data_offsets":[0,0]},"float8_e5m2fnuz":{"dtype":"F8_E5M2FNUZ","shape":[0],"data_offsets":[0,0]},)"
        R"("float8_e4m3fnuz":{"dtype":"F8_E4M3FNUZ","shape":[0],"data_offsets":[0,0]},"float8_e8m0fnu":{"dtype":"F8_E8M0","shape":[0],"data_offsets":[0,0]},)"
        R"("float8_e4m3fn":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]},"float8_e5m2":{"dtype":"F8_E5M2","shape":[0],"data_offsets":[0,0]},)"
        R"("int8":{"dtype":"I8","shape":[0],"data_offsets":[0,0]},"uint8":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
        R"("float4_e2m1fn_x2":{"dtype":"F4","shape":[0],"data_offsets":[0,0]},"bool":{"dtype":"BOOL","shape":[0],"data_offsets":[0,0]}})";
    const std::vector<TensorData> tensors{
        {"bool", Dtype::boolean, {0}, {}},
        {"bfloat16", Dtype::bf16, {0}, {}},
        {"complex64", Dtype::c64, {0}, {}},
        {"float4_e2m1fn_x2", Dtype::f4, {0}, {}},
        {"uint8", Dtype::u8, {0}, {}},
        {"int8", Dtype::i8, {0}, {}},
        {"float8_e5m2", Dtype::f8_e5m2, {0}, {}},
        {"uint64", Dtype::u64, {0}, {}},
        {"float8_e4m3fn", Dtype::f8_e4m3, {0}, {}},
        {"float8_e8m0fnu", Dtype::f8_e8m0, {0}, {}},
        {"int16", Dtype::i16, {0}, {}},
        {"float8_e4m3fnuz", Dtype::f8_e4m3fnuz, {0}, {}},
        {"uint16", Dtype::u16, {0}, {}},
        {"float16", Dtype::f16, {0}, {}},
        {"float8_e5m2fnuz", Dtype::f8_e5m2fnuz, {0}, {}},
        {"int32", Dtype::i32, {0}, {}},
        {"uint32", Dtype::u32, {0}, {}},
        {"float32", Dtype::f32, {0}, {}},
        {"float64", Dtype::f64, {0}, {}},
        {"int64", Dtype::i64, {0}, {}},
    };
    const TempDir dir;
    ASSERT_TRUE(write_safetensors(dir / "f", {}, tensors));
    EXPECT_EQ(test::read_file(dir / "f"),
              test::safetensors(std::string(official) + std::string(-official.size() % 8, ' ')));
}

TEST(SafetensorsWriter, HeaderIsPaddedToEight) {
    const TempDir dir;
    for (size_t length = 0; length < 8; ++length) {
        ASSERT_TRUE(write_safetensors(dir / "f", {{"k", std::string(length, 'v')}}, {}));
        const auto bytes = test::read_file(dir / "f");
        EXPECT_EQ(bytes.size() % 8, 0u);
        EXPECT_LT(bytes.size() - bytes.find_last_of('}'), 9u);
        EXPECT_TRUE(SafetensorsFile::open(dir / "f"));
    }
}

TEST(SafetensorsWriter, RoundTripAndOrderOfInput) {
    const std::string hostile = "\"\\\n\x01\xC3\xA9\x7F/";
    std::vector<TensorData> tensors{
        {"codes", Dtype::u8, {2, 2}, bytes_of("abcd")},
        {"scales", Dtype::u8, {1}, bytes_of("e")},
        {"scalar", Dtype::f32, {}, bytes_of("ffff")},
        {hostile, Dtype::bf16, {1}, bytes_of("gg")},
        {"none", Dtype::i64, {3, 0}, {}},
        {"", Dtype::boolean, {1}, bytes_of("h")},
    };
    const Metadata metadata{{"format", "pt"}, {hostile, hostile}, {"fp4sim.trace", "1"}};
    const TempDir dir;
    ASSERT_TRUE(write_safetensors(dir / "first", metadata, tensors));
    std::reverse(tensors.begin(), tensors.end());
    ASSERT_TRUE(write_safetensors(dir / "reversed", metadata, tensors));
    EXPECT_EQ(test::read_file(dir / "first"), test::read_file(dir / "reversed"));

    const auto file = SafetensorsFile::open(dir / "first");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->metadata(), metadata);
    ASSERT_NE(file->find(hostile), nullptr);
    EXPECT_EQ(file->find(hostile)->shape, std::vector<uint64_t>{1});
    std::vector<std::string> storage;
    ASSERT_TRUE(write_safetensors(dir / "again", file->metadata(), contents(*file, storage)));
    EXPECT_EQ(test::read_file(dir / "first"), test::read_file(dir / "again"));
}

TEST(SafetensorsWriter, RefusedInputLeavesNothing) {
    const TempDir dir;
    const auto refused = [&](const Metadata& metadata, const std::vector<TensorData>& tensors,
                             const std::string& message) {
        const auto status = write_safetensors(dir / "f", metadata, tensors);
        ASSERT_FALSE(status) << message;
        EXPECT_EQ(status.error().code, ErrorCode::bad_argument);
        EXPECT_EQ(status.error().message, (dir / "f").string() + ": " + message);
        EXPECT_TRUE(dir.entries().empty());
    };
    const TensorData good{"a", Dtype::u8, {1}, bytes_of("x")};
    refused({}, {good, good}, "tensor 'a': expected each name once, found a duplicate");
    refused({}, {{"__metadata__", Dtype::u8, {1}, bytes_of("x")}},
            "tensor '__metadata__': name: expected UTF-8 other than __metadata__");
    refused({}, {{"\xFF\x1b", Dtype::u8, {1}, bytes_of("x")}},
            "tensor '\\xFF\\x1B': name: expected UTF-8 other than __metadata__");
    refused({}, {{"\xED\xA0\x80", Dtype::u8, {1}, bytes_of("x")}},
            "tensor '\\xED\\xA0\\x80': name: expected UTF-8 other than __metadata__");
    refused({}, {{"a", Dtype::other, {1}, bytes_of("x")}},
            "tensor 'a': dtype: expected a known one");
    refused({}, {{"a", Dtype::u8, {2}, bytes_of("x")}}, "tensor 'a': bytes: expected 2, found 1");
    refused({}, {{"a", Dtype::f4, {1}, bytes_of("x")}},
            "tensor 'a': shape: expected whole bytes and a size below 2^61 bytes");
    refused({}, {{"a", Dtype::u8, {1ull << 40, 1ull << 40}, {}}},
            "tensor 'a': shape: expected whole bytes and a size below 2^61 bytes");
    refused({}, {{"a", Dtype::u8, {0, (1ull << 63) + 1}, {}}},
            "tensor 'a': shape: expected dimensions up to 2^63, found 9223372036854775809");
    refused({}, {{"a", Dtype::u8, std::vector<uint64_t>(65, 1), bytes_of("x")}},
            "tensor 'a': shape: expected at most 64 dimensions, found 65");
    refused({{"format", "tf"}}, {good}, "__metadata__: key 'format': expected 'pt', found 'tf'");
    refused({{"k", "\x80"}}, {good}, "__metadata__: key 'k': expected UTF-8");
    refused({{"k", std::string(max_header_bytes, 'v')}}, {},
            "header: expected at most 100000000 bytes, found 100000040");
    refused({}, std::vector<TensorData>(max_tensors + 1, good),
            "expected at most 262144 tensors and metadata entries");
}

TEST(SafetensorsWriter, FailedWriteLeavesTheOldFile) {
    const TempDir dir;
    dir.write("f", "old");
    EXPECT_FALSE(write_safetensors(dir / "f", {},
                                   std::vector<TensorData>{{"a", Dtype::u8, {2}, bytes_of("x")}}));
    EXPECT_EQ(test::read_file(dir / "f"), "old");
    const auto below = write_safetensors(dir / "f/g", {}, {});
    ASSERT_FALSE(below);
    EXPECT_EQ(below.error().code, ErrorCode::write_failed);
    EXPECT_EQ(test::read_file(dir / "f"), "old");
    EXPECT_EQ(dir.entries(), std::vector<std::string>{"f"});
}

TEST(SafetensorsStream, PartsInAnyOrderGiveTheSameFile) {
    const TempDir dir;
    const std::vector<TensorData> tensors{{"a", Dtype::u8, {4}, bytes_of("abcd")},
                                          {"b", Dtype::f32, {2}, bytes_of("BBBBbbbb")},
                                          {"none", Dtype::i64, {0}, {}}};
    ASSERT_TRUE(write_safetensors(dir / "whole", {{"k", "v"}}, tensors));
    auto stream = SafetensorsStream::create(dir / "parts", {{"k", "v"}},
                                            std::vector<TensorSpec>{{"a", Dtype::u8, {4}},
                                                                    {"none", Dtype::i64, {0}},
                                                                    {"b", Dtype::f32, {2}}});
    ASSERT_TRUE(stream) << stream.error().message;
    for (const auto& [name, bytes] :
         {std::pair{"a", "a"}, {"b", "BBB"}, {"a", "bcd"}, {"b", "Bbbbb"}})
        ASSERT_TRUE(stream->append(name, bytes_of(bytes)));
    EXPECT_FALSE(std::filesystem::exists(dir / "parts"));
    ASSERT_TRUE(stream->commit());
    EXPECT_EQ(test::read_file(dir / "parts"), test::read_file(dir / "whole"));
}

TEST(SafetensorsStream, BytesThatDoNotFit) {
    const TempDir dir;
    {
        auto stream = SafetensorsStream::create(
            dir / "f", {}, std::vector<TensorSpec>{{"a", Dtype::u8, {3}}, {"b", Dtype::u8, {1}}});
        ASSERT_TRUE(stream);
        const auto expect = [&](const Status& status, const std::string& message) {
            ASSERT_FALSE(status);
            EXPECT_EQ(status.error().code, ErrorCode::bad_argument);
            EXPECT_EQ(status.error().message, (dir / "f").string() + ": " + message);
        };
        ASSERT_TRUE(stream->append("a", bytes_of("xy")));
        expect(stream->append("a", bytes_of("xy")),
               "tensor 'a': bytes: expected at most 1 more, found 2");
        expect(stream->append("c", bytes_of("x")), "tensor 'c': expected one that was announced");
        ASSERT_TRUE(stream->append("b", bytes_of("z")));
        expect(stream->commit(), "tensor 'a': bytes: expected 1 more, found none");
    }
    EXPECT_TRUE(dir.entries().empty());
}

} // namespace
} // namespace fp4::io
