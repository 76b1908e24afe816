#include "fp4/checkpoints/weights.hpp"

#include <bit>
#include <cmath>

#include "test_files.hpp"

namespace fp4::checkpoints {
namespace {

using test::little_endian;
using test::TempDir;

// The value as the format's definition states it, in doubles.
double value_of(int bits, int exponent_bits, int fraction_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    const int fraction = bits & ((1 << fraction_bits) - 1);
    const double sign = bits >> (exponent_bits + fraction_bits) ? -1 : 1;
    if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
    return sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

struct Half {
    io::Dtype dtype;
    int exponent_bits;
    int fraction_bits;
    uint32_t (*widen)(uint16_t);

    bool is_finite(int bits) const {
        return (bits >> fraction_bits & ((1 << exponent_bits) - 1)) != (1 << exponent_bits) - 1;
    }
};

class Halves : public testing::TestWithParam<Half> {};

INSTANTIATE_TEST_SUITE_P(All, Halves,
                         testing::Values(Half{io::Dtype::f16, 5, 10, f32_bits_from_f16},
                                         Half{io::Dtype::bf16, 8, 7, f32_bits_from_bf16}),
                         [](const auto& half) {
                             return std::string(spec_of(half.param.dtype).name);
                         });

TEST_P(Halves, EveryPattern) {
    const auto half = GetParam();
    for (int bits = 0; bits < 65536; ++bits) {
        const auto widened = half.widen(static_cast<uint16_t>(bits));
        if (half.is_finite(bits)) {
            ASSERT_EQ(widened, std::bit_cast<uint32_t>(static_cast<float>(
                                   value_of(bits, half.exponent_bits, half.fraction_bits))))
                << bits;
        } else {
            const int fraction = bits & ((1 << half.fraction_bits) - 1);
            ASSERT_EQ(widened >> 31, static_cast<uint32_t>(bits) >> 15) << bits;
            ASSERT_EQ(std::isinf(std::bit_cast<float>(widened)), fraction == 0) << bits;
            ASSERT_EQ((widened & 0x7FFFFF) >> (23 - half.fraction_bits),
                      static_cast<uint32_t>(fraction))
                << bits;
        }
    }
}

class Weights : public testing::Test {
  protected:
    // The weights of a file with the one tensor "w".
    Result<std::vector<float>> read(io::Dtype dtype, std::vector<uint64_t> shape,
                                    const std::string& bytes) {
        const auto written =
            io::write_safetensors(path, {},
                                  std::vector<io::TensorData>{{"w", dtype, std::move(shape),
                                                               std::as_bytes(std::span(bytes))}});
        EXPECT_TRUE(written);
        const auto file = io::SafetensorsFile::open(path);
        EXPECT_TRUE(file);
        data_begin = file->file_offset(*file->find("w"));
        return read_weights(*file, *file->find("w"));
    }

    void expect_error(const Result<std::vector<float>>& result, ErrorCode code,
                      const std::string& message) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().message, path.string() + ": tensor 'w': " + message);
    }

    TempDir dir;
    std::filesystem::path path = dir / "w.safetensors";
    uint64_t data_begin = 0;
};

TEST_P(Halves, EveryFinitePatternThroughAFile) {
    const auto half = GetParam();
    std::string bytes;
    std::vector<int> patterns;
    for (int bits = 0; bits < 65536; ++bits)
        if (half.is_finite(bits)) {
            patterns.push_back(bits);
            bytes += little_endian(static_cast<uint64_t>(bits), 2);
        }
    const TempDir dir;
    ASSERT_TRUE(io::write_safetensors(
        dir / "f", {},
        std::vector<io::TensorData>{
            {"w", half.dtype, {2, patterns.size() / 2}, std::as_bytes(std::span(bytes))}}));
    const auto file = io::SafetensorsFile::open(dir / "f");
    ASSERT_TRUE(file);
    const auto weights = read_weights(*file, *file->find("w"));
    ASSERT_TRUE(weights) << weights.error().message;
    ASSERT_EQ(weights->size(), patterns.size());
    for (size_t i = 0; i < patterns.size(); ++i)
        ASSERT_EQ(std::bit_cast<uint32_t>((*weights)[i]),
                  half.widen(static_cast<uint16_t>(patterns[i])))
            << i;
}

TEST_F(Weights, Float32IsUnchangedAcrossChunks) {
    const uint64_t columns =
        262144 + 5; // a row is longer than a chunk, and the chunks do not divide the tensor
    std::string bytes;
    std::vector<uint32_t> expected;
    uint32_t state = 1;
    for (uint64_t i = 0; i < 3 * columns; ++i) {
        state = state * 1664525 + 1013904223;
        expected.push_back((state & 0x7F800000) == 0x7F800000
                               ? state & 0x807FFFFF
                               : state); // an infinity becomes a subnormal
        bytes += little_endian(expected.back(), 4);
    }
    const auto weights = read(io::Dtype::f32, {3, columns}, bytes);
    ASSERT_TRUE(weights) << weights.error().message;
    ASSERT_EQ(weights->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_EQ(std::bit_cast<uint32_t>((*weights)[i]), expected[i]) << i;

    const size_t last = expected.size() - 1;
    bytes.replace(last * 4, 4, little_endian(0x7F800001, 4));
    expect_error(read(io::Dtype::f32, {3, columns}, bytes), ErrorCode::not_finite,
                 "row 2, column 262148 (flat index 786446, byte " +
                     std::to_string(data_begin + 786446 * 4) +
                     "): expected a finite number, found NaN");
}

TEST_F(Weights, NotFinite) {
    const auto message = [&](const char* where, int element, const char* what) {
        return std::string(where) + ", byte " +
               std::to_string(data_begin + static_cast<uint64_t>(element)) +
               "): expected a finite number, found " + what;
    };
    const auto infinity =
        read(io::Dtype::f16, {2, 2}, std::string(6, '\0') + little_endian(0xFC00, 2));
    expect_error(infinity, ErrorCode::not_finite,
                 message("row 1, column 1 (flat index 3", 6, "infinity"));
    const auto nan = read(io::Dtype::f16, {2, 3},
                          std::string(8, '\0') + little_endian(0x7C01, 2) + std::string(2, '\0'));
    expect_error(nan, ErrorCode::not_finite, message("row 1, column 1 (flat index 4", 8, "NaN"));
    const auto bfloat = read(io::Dtype::bf16, {1, 1}, little_endian(0x7F80, 2));
    expect_error(bfloat, ErrorCode::not_finite,
                 message("row 0, column 0 (flat index 0", 0, "infinity"));
    const auto single = read(io::Dtype::f32, {1, 1}, little_endian(0xFFC00000, 4));
    expect_error(single, ErrorCode::not_finite, message("row 0, column 0 (flat index 0", 0, "NaN"));
}

TEST_F(Weights, WrongDtypeOrRank) {
    const auto refused = [&](io::Dtype dtype, const std::string& found) {
        expect_error(read(dtype, {1, 1}, std::string(spec_of(dtype).bits / 8, 'x')),
                     ErrorCode::bad_file, "dtype: expected BF16, F16 or F32, found " + found);
    };
    for (const auto dtype : {io::Dtype::u8, io::Dtype::i8, io::Dtype::f8_e4m3, io::Dtype::f8_e5m2,
                             io::Dtype::f8_e8m0, io::Dtype::f8_e4m3fnuz, io::Dtype::boolean})
        refused(dtype,
                std::string(spec_of(dtype).name) + " [1, 1], whose scale is not in this file");
    refused(io::Dtype::f64, "F64 [1, 1]");
    refused(io::Dtype::i32, "I32 [1, 1]");
    expect_error(read(io::Dtype::f32, {1}, "xxxx"), ErrorCode::bad_shape,
                 "shape: expected two dimensions above 0, found [1]");
    expect_error(read(io::Dtype::bf16, {}, "xx"), ErrorCode::bad_shape,
                 "shape: expected two dimensions above 0, found []");
    expect_error(read(io::Dtype::bf16, {1, 1, 1}, "xx"), ErrorCode::bad_shape,
                 "shape: expected two dimensions above 0, found [1, 1, 1]");
}

TEST_F(Weights, ScaleThatLiesElsewhere) {
    for (const auto dtype : {io::Dtype::f8_e4m3, io::Dtype::i8, io::Dtype::bf16})
        for (const std::string suffix : {"_scale_inv", "_scale"}) {
            const std::string bytes(spec_of(dtype).bits / 8 * 4, 'x'), scale(4, 'x'),
                name = "w" + suffix;
            ASSERT_TRUE(io::write_safetensors(
                path, {},
                std::vector<io::TensorData>{
                    {"w", dtype, {2, 2}, std::as_bytes(std::span(bytes))},
                    {name, io::Dtype::f32, {1, 1}, std::as_bytes(std::span(scale))}}));
            const auto file = io::SafetensorsFile::open(path);
            ASSERT_TRUE(file);
            expect_error(read_weights(*file, *file->find("w")), ErrorCode::bad_file,
                         "dtype: expected BF16, F16 or F32, found " +
                             std::string(spec_of(dtype).name) + " [2, 2], whose scale is tensor '" +
                             name + "'");
            EXPECT_TRUE(read_weights(*file, *file->find(name)));
        }
}

TEST_F(Weights, NoElements) {
    expect_error(read(io::Dtype::bf16, {0, 32}, ""), ErrorCode::bad_shape,
                 "shape: expected two dimensions above 0, found [0, 32]");
    expect_error(read(io::Dtype::f32, {16, 0}, ""), ErrorCode::bad_shape,
                 "shape: expected two dimensions above 0, found [16, 0]");
}

TEST_F(Weights, TooManyElements) {
    const uint64_t rows = uint64_t{1} << 16, columns = (uint64_t{1} << 15) + 1; // 4295098368 bytes
    const auto header = std::string("{")
                            .append(test::entry("w", "BF16", "[65536,32769]", "[0,4295098368]"))
                            .append("}");
    dir.write("w.safetensors", test::safetensors(header));
    std::filesystem::resize_file(path, 8 + header.size() +
                                           rows * columns * 2); // a hole: takes no room on the disk
    const auto file = io::SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    expect_error(read_weights(*file, *file->find("w")), ErrorCode::bad_shape,
                 "shape: expected at most 2^31 elements, found [65536, 32769]");
}

} // namespace
} // namespace fp4::checkpoints
