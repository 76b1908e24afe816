#include "fp4/dequantize/dequantize.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fp4/arithmetic/epilogue.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr Fp32 one{0x3F800000};

// Every scale byte over every code, in both nibbles; one row per turn of the codes. Above the size
// up to which the fast path tabulates nothing.
PackedTensor every_byte_and_code(Format format, Specials specials, Fp32 tensor_scale) {
    const auto block = static_cast<size_t>(spec_of(format).block);
    PackedTensor t{format, specials, 2, 256 * block, {}, {}, tensor_scale};
    for (size_t i = 0; i < t.rows * t.k; i += 2) {
        const size_t turn = i / t.k + i / block;
        t.codes.push_back(static_cast<uint8_t>((i + turn) % 16 | (i + 1 + turn) % 16 << 4));
        for (int byte = 0; i % block == 0 && byte < spec_of(format).scale_bytes(); ++byte)
            t.scales.push_back(static_cast<uint8_t>(i / block * (byte ? 89 : 1)));
    }
    return t;
}

template <class Value>
std::vector<Value> reference_of(const PackedTensor& t) {
    std::vector<Value> out(t.rows * t.k, Value{0x5555});
    const auto status = dequantize_tensor(t, out, "t");
    EXPECT_TRUE(status);
    return out;
}

// The fast path writes the same values and nothing beside them, wherever the output begins.
template <class Value>
void expect_fast(const PackedTensor& t, const std::vector<Value>& expected,
                 const FastOptions& options, size_t offset = 0) {
    constexpr size_t guard = 64;
    std::vector<Value> memory(expected.size() + offset + guard, Value{0x1234});
    const auto out = std::span(memory).subspan(offset, expected.size());
    const auto status = dequantize_tensor_fast(t, out, "t", options);
    ASSERT_TRUE(status) << status.error().message;
    for (size_t i = 0; i < expected.size(); ++i)
        if (out[i] != expected[i])
            FAIL() << spec_of(t.format).name << " element " << i << ": " << hex(out[i].bits)
                   << ", expected " << hex(expected[i].bits) << ", isa " << name_of(*options.isa)
                   << ", threads " << options.threads << ", tensor scale "
                   << hex(t.tensor_scale.bits);
    const auto untouched = [](Value value) { return value == Value{0x1234}; };
    ASSERT_TRUE(
        std::all_of(memory.begin(), memory.begin() + static_cast<ptrdiff_t>(offset), untouched));
    ASSERT_TRUE(std::all_of(memory.end() - guard, memory.end(), untouched));
}

std::vector<FastOptions> every_way() {
    std::vector<FastOptions> ways;
    for (Isa isa : supported_isas())
        for (unsigned threads : {1u, 2u, 3u}) ways.push_back({isa, threads});
    return ways;
}

TEST(DequantizeTensor, IsTheElementRuleInRowMajorOrder) {
    Rng rng(90);
    for (Format format : all_formats) {
        PackedTensor t = random_tensor(rng, format, {10, 16}, 3, 128, 5);
        t.tensor_scale = {0x3DCCCCCD};
        const auto f32 = reference_of<Fp32>(t);
        const auto bf16 = reference_of<Bf16>(t);
        for (uint64_t row = 0; row < t.rows; ++row)
            for (uint64_t col = 0; col < t.k; ++col) {
                const auto block = static_cast<uint64_t>(spec_of(format).block);
                const ScaleRecord record = t.scale_record((row * t.k + col) / block);
                const auto place = static_cast<int>(col % block);
                const Element element = packed_code(t.row(row).codes, col);
                const Fp32 expected =
                    dequantize(format, t.specials, record, element, t.tensor_scale, place);
                ASSERT_EQ(f32[row * t.k + col], expected);
                ASSERT_EQ(bf16[row * t.k + col], dequantize_bf16(format, t.specials, record,
                                                                 element, t.tensor_scale, place));
            }
    }
}

// Independent of the library's rounder: the upper half of the binary32, rounded by integer
// addition.
TEST(DequantizeTensor, Bf16IsTheNearestToTheBinary32) {
    for (Format format : all_formats)
        for (uint32_t tensor_scale : fp32_edges()) {
            const PackedTensor t = every_byte_and_code(format, {14, 18}, {tensor_scale});
            const auto f32 = reference_of<Fp32>(t);
            const auto bf16 = reference_of<Bf16>(t);
            const bool one_zero = spec_of(format).has_specials();
            for (size_t i = 0; i < f32.size(); ++i) {
                uint32_t expected = (f32[i].bits + 0x7FFF + (f32[i].bits >> 16 & 1)) >> 16;
                if (f32[i].is_nan()) expected = 0x7FFF;
                if (one_zero && expected == 0x8000) expected = 0;
                if (bf16[i].bits != expected)
                    FAIL() << spec_of(format).name << " of " << hex(f32[i].bits) << ": "
                           << hex(bf16[i].bits) << ", expected " << hex(expected);
            }
        }
}

TEST(DequantizeTensor, Bf16Landmarks) {
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x38, {8}, one).bits, 0x8000);
    EXPECT_EQ(dequantize_bf16(Format::razer_a, {}, 0x80, {0xF}, one).bits, 0x0000);
    EXPECT_EQ(dequantize_bf16(Format::razer_a, {}, 0x38, {0xF}, {1}).bits,
              0x0000); // -6 * 2^-149: no bfloat16 but zero
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x38, {0xF}, {1}).bits, 0x8000);
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x7E, {7}, {0x7F7FFFFF}).bits, 0x7F80);
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x38, {7}, {0x7F7FFFFF}).bits, 0x7F80);
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x38, {0xA}, {0x7F7FFFFF}).bits,
              0xFF80); // finite in binary32, rounds up to infinity
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x7F, {0}, one).bits, 0x7FFF);
    EXPECT_EQ(dequantize_bf16(Format::nvfp4, {}, 0x38, {2}, {0x7F800000}).bits, 0x7FFF);
}

TEST(DequantizeFast, EveryByteCodeAndTensorScale) {
    Rng rng(91);
    std::vector<uint32_t> tensor_scales = fp32_edges();
    for (int i = 0; i < 10; ++i) tensor_scales.push_back(rng.fp32_bits());
    unsigned turn = 0;
    for (Format format : all_formats)
        for (uint32_t tensor_scale : tensor_scales) {
            const PackedTensor t = every_byte_and_code(
                format, some_specials[++turn % some_specials.size()], {tensor_scale});
            const auto f32 = reference_of<Fp32>(t);
            const auto bf16 = reference_of<Bf16>(t);
            for (Isa isa : supported_isas()) {
                expect_fast(t, f32, {isa, turn % 3 + 1});
                expect_fast(t, bf16, {isa, turn % 3 + 1});
                if (HasFatalFailure()) return;
            }
        }
}

TEST(DequantizeFast, RandomTensorsOfEverySize) {
    Rng rng(92);
    for (Format format : all_formats)
        for (uint64_t rows : {1, 3, 129}) {
            PackedTensor t = random_tensor(rng, format, {10, 16}, rows,
                                           64 * static_cast<uint64_t>(rng.between(1, 20)), 7);
            t.tensor_scale = {rng.fp32_bits(-20, 20)};
            const auto f32 = reference_of<Fp32>(t);
            const auto bf16 = reference_of<Bf16>(t);
            for (const FastOptions& way : every_way()) {
                expect_fast(t, f32, way, static_cast<size_t>(rng.below(20)));
                expect_fast(t, bf16, way, static_cast<size_t>(rng.below(40)));
                if (HasFatalFailure()) return;
            }
        }
}

// Large outputs are streamed in cache lines that need not begin where the output does.
TEST(DequantizeFast, LargeOutputsAtEveryOffset) {
    Rng rng(93);
    const auto check = [](const auto& t, const auto& expected) {
        for (const FastOptions& way : every_way())
            for (size_t offset : {size_t{0}, size_t{1}, size_t{15}, size_t{16} + way.threads}) {
                expect_fast(t, expected, way, offset);
                if (HasFatalFailure()) return;
            }
    };
    for (Format format : {Format::razer_w, Format::mxfp4}) {
        PackedTensor t = random_tensor(rng, format, {10, 16}, 1025, 1024 + 32);
        t.tensor_scale = {0x3DCCCCCD};
        check(t, reference_of<Fp32>(t));
    }
    const PackedTensor t = random_tensor(rng, Format::nvfp4, {}, 2049, 1024 + 16);
    check(t, reference_of<Bf16>(t));
}

// A row under its own scale is that row alone under a tensor scale; every format, both paths.
template <class Value>
void expect_rows_alone(const PackedTensor& t) {
    const auto found = reference_of<Value>(t);
    for (uint64_t row = 0; row < t.rows; ++row) {
        const PackedRow bytes = t.row(row);
        const PackedTensor alone{OperandFormat(t),
                                 1,
                                 t.k,
                                 {bytes.codes.begin(), bytes.codes.end()},
                                 {bytes.scales.begin(), bytes.scales.end()},
                                 t.row_scales[row]};
        const auto expected = reference_of<Value>(alone);
        ASSERT_TRUE(std::ranges::equal(std::span(found).subspan(row * t.k, t.k), expected))
            << spec_of(t.format).name << " row " << row;
    }
    for (const FastOptions& way : every_way()) expect_fast(t, found, way);
}

TEST(DequantizeRows, AreTensorsOfTheirOwn) {
    Rng rng(95);
    for (const Format format : all_formats) {
        PackedTensor t = random_tensor(rng, format, {10, 16}, 5, 1024, 30);
        t.row_scales = {{0x3DCCCCCD}, {0x3F800000}, {0xBF800001}, {0x00012345}, {0x7F800000}};
        expect_rows_alone<Fp32>(t);
        expect_rows_alone<Bf16>(t);
    }
}

TEST(DequantizeFast, EmptyTensor) {
    const PackedTensor t{Format::nvfp4, {}, 0, 64};
    EXPECT_TRUE(dequantize_tensor(t, std::span<Fp32>{}, "t"));
    EXPECT_TRUE(dequantize_tensor_fast(t, std::span<Bf16>{}, "t"));
}

TEST(DequantizeErrors, ShapesAndSizes) {
    Rng rng(94);
    const PackedTensor good = random_tensor(rng, Format::razer_w, {}, 4, 64);
    const auto expect_error = [](const PackedTensor& t, size_t size, const std::string& message) {
        std::vector<Fp32> f32(size, Fp32{7});
        std::vector<Bf16> bf16(size, Bf16{7});
        for (const Status& status :
             {dequantize_tensor(t, f32, "wq"), dequantize_tensor(t, bf16, "wq"),
              dequantize_tensor_fast(t, f32, "wq"), dequantize_tensor_fast(t, bf16, "wq")}) {
            ASSERT_FALSE(status) << message;
            EXPECT_EQ(status.error().message, message);
        }
        EXPECT_EQ(f32, std::vector<Fp32>(size, Fp32{7}));
        EXPECT_EQ(bf16, std::vector<Bf16>(size, Bf16{7}));
    };
    for (size_t size : {0u, 255u, 257u})
        expect_error(good, size,
                     "wq: output: expected 256 elements, found " + std::to_string(size));
    PackedTensor bad = good;
    bad.k = 40;
    expect_error(bad, 160, "wq: K: expected a multiple of 16, found 40");
    bad = good;
    bad.row_scales.resize(3);
    expect_error(bad, 256, "wq: row scales: expected none or 4, found 3");
    bad.row_scales.resize(5);
    expect_error(bad, 256, "wq: row scales: expected none or 4, found 5");
    bad = good;
    bad.codes.pop_back();
    expect_error(bad, 256, "wq: codes: expected 4 rows of 32 bytes, found 127 bytes");
    bad = good;
    bad.rows = uint64_t{1} << 62;
    expect_error(bad, 0,
                 "wq: codes: expected 4611686018427387904 rows of 32 bytes, found 128 bytes");
    bad = good;
    bad.specials.v2_halves = 32;
    expect_error(bad, 256, "wq: V2: expected 0 to 31 half-units, found 32");
}

} // namespace
} // namespace fp4
