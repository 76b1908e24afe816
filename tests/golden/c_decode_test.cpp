#include "c_calls.hpp"
#include "fp4/dequantize/dequantize.hpp"

namespace fp4 {
namespace {

using namespace test;

TEST(CDecode, EveryCode) {
    for (int code = 0; code < 256; ++code)
        EXPECT_EQ(fp4_decode_e2m1(static_cast<uint8_t>(code)),
                  e2m1_halves_table[static_cast<size_t>(code & 15)]);
}

TEST(CDecode, EveryScaleByteOfEveryFormat) {
    for (Format format : all_formats)
        for (int byte = 0; byte < 256; ++byte) {
            const Scale expected = block_scale(format, static_cast<uint8_t>(byte));
            fp4_scale scale;
            expect_done([&](fp4_error* error) {
                return fp4_decode_scale(static_cast<fp4_format>(format), static_cast<uint8_t>(byte),
                                        &scale, error);
            });
            EXPECT_EQ(scale.significand, expected.significand);
            EXPECT_EQ(scale.exponent, expected.exponent);
            EXPECT_EQ(scale.nan, expected.nan);
            EXPECT_EQ(scale.fp32_bits, expected.nan
                                           ? 0x7FFFFFFFu
                                           : std::bit_cast<uint32_t>(scale_to_float(expected)))
                << byte;
        }
}

TEST(CDecode, BlocksOfEveryFormat) {
    Rng rng(300);
    for (Format format : all_formats)
        for (Specials specials : some_specials)
            for (int i = 0; i < 50; ++i) {
                const auto block = static_cast<size_t>(spec_of(format).block);
                const fp4_operand operand = operand_of(format, specials);
                std::vector<uint8_t> codes(block / 2);
                for (auto& byte : codes) byte = rng.byte();
                const uint32_t record = rng.fp32_bits();
                std::vector<int8_t> lanes(block, 99);
                expect_done([&](fp4_error* error) {
                    return fp4_decode_block(&operand, codes.data(), record, lanes.data(), error);
                });
                for (size_t k = 0; k < block; ++k)
                    ASSERT_EQ(lanes[k], element_lane(format, specials, record,
                                                     packed_code(codes, k), static_cast<int>(k)))
                        << spec_of(format).name;
            }
}

TEST(CDecode, DequantizesOneAndATensor) {
    Rng rng(301);
    for (Format format : all_formats)
        for (uint32_t tensor_scale_bits :
             {0x3F800000u, 0x3D4CCCCDu, 0x00800000u, 0x00000001u, 0x80000000u, 0xBF800000u,
              0x7F800000u, 0x7FC00000u, 0x7F7FFFFFu}) {
            const uint64_t rows = 3, k = 64;
            const PackedTensor tensor = random_tensor(rng, format, {14, 18}, rows, k, 4);
            const fp4_operand operand = operand_of(format, tensor.specials);
            std::vector<float> values(rows * k);
            std::vector<uint16_t> values_bits(rows * k);
            const auto *codes = tensor.codes.data(), *scales = tensor.scales.data();
            expect_done([&](fp4_error* error) {
                return fp4_dequantize_tensor_f32(&operand, codes, scales, rows, k,
                                                 tensor_scale_bits, values.data(), error);
            });
            expect_done([&](fp4_error* error) {
                return fp4_dequantize_tensor_bf16(&operand, codes, scales, rows, k,
                                                  tensor_scale_bits, values_bits.data(), error);
            });
            for (size_t i = 0; i < rows * k; ++i) {
                const auto block = static_cast<size_t>(spec_of(format).block);
                const ScaleRecord record = tensor.scale_record(i / block);
                const Element code = packed_code(tensor.codes, i);
                const uint32_t expected =
                    dequantize(format, tensor.specials, record, code, {tensor_scale_bits},
                               static_cast<int>(i % block))
                        .bits;
                uint32_t value_bits = 0;
                const fp4_status status =
                    fp4_dequantize(&operand, code.code | 0xA0, static_cast<uint8_t>(record),
                                   tensor_scale_bits, &value_bits, nullptr);
                ASSERT_EQ(status, tensor.scale_bytes(1) == 1 ? FP4_OK : FP4_BAD_ARGUMENT);
                if (status == FP4_OK) {
                    ASSERT_EQ(value_bits, expected);
                }
                ASSERT_EQ(std::bit_cast<uint32_t>(values[i]), expected);
                // Round to nearest even by hand: add half of the dropped part's range, and one more
                // where the kept part is odd.
                uint32_t bf16 = expected == 0x7FFFFFFF
                                    ? 0x7FFFu
                                    : (expected + 0x7FFF + (expected >> 16 & 1)) >> 16;
                if (bf16 == 0x8000 && spec_of(format).has_specials())
                    bf16 = 0; // RaZeR has one zero
                ASSERT_EQ(values_bits[i], bf16) << hex(expected);
            }
        }
}

TEST(CDecode, DequantizesRowsUnderScalesOfTheirOwn) {
    Rng rng(303);
    const std::array<uint32_t, 3> row_scales{0x3D4CCCCD, 0xBF800000, 0x7F800000};
    for (const Format format : all_formats) {
        PackedTensor tensor = random_tensor(rng, format, {14, 18}, 3, 64, 4);
        for (const uint32_t bits : row_scales) tensor.row_scales.push_back({bits});
        std::vector<Fp32> expected(3 * 64);
        std::vector<Bf16> expected_bf16(3 * 64);
        ASSERT_TRUE(dequantize_tensor(tensor, expected, "w") &&
                    dequantize_tensor(tensor, expected_bf16, "w"));
        const fp4_operand operand = operand_of(format, tensor.specials);
        std::vector<float> values(3 * 64);
        std::vector<uint16_t> values_bits(3 * 64);
        const auto *codes = tensor.codes.data(), *scales = tensor.scales.data();
        expect_done([&](fp4_error* error) {
            return fp4_dequantize_rows_f32(&operand, codes, scales, 3, 64, row_scales.data(),
                                           values.data(), error);
        });
        expect_done([&](fp4_error* error) {
            return fp4_dequantize_rows_bf16(&operand, codes, scales, 3, 64, row_scales.data(),
                                            values_bits.data(), error);
        });
        for (size_t i = 0; i < values.size(); ++i) {
            ASSERT_EQ(std::bit_cast<uint32_t>(values[i]), expected[i].bits) << i;
            ASSERT_EQ(values_bits[i], expected_bf16[i].bits) << i;
        }
    }
}

// Large enough for every path of the library.
TEST(CDecode, LargeTensorsAreDequantizedElementByElement) {
    Rng rng(302);
    for (Format format : all_formats)
        for (uint32_t tensor_scale_bits :
             {0x3D4CCCCDu, 0x00000001u, 0x80800000u, 0x7F7FFFFFu, 0x7FC00000u}) {
            const uint64_t rows = 5, k = 1088;
            PackedTensor tensor = random_tensor(rng, format, {14, 18}, rows, k, 4);
            tensor.tensor_scale.bits = tensor_scale_bits;
            std::vector<Fp32> expected(rows * k);
            std::vector<Bf16> expected_bf16(rows * k);
            ASSERT_TRUE(dequantize_tensor(tensor, expected, "w") &&
                        dequantize_tensor(tensor, expected_bf16, "w"));
            const fp4_operand operand = operand_of(format, tensor.specials);
            std::vector<float> values(rows * k + 1, 7.0f);
            std::vector<uint16_t> values_bits(rows * k + 1, 7);
            const auto *codes = tensor.codes.data(), *scales = tensor.scales.data();
            expect_done([&](fp4_error* error) {
                return fp4_dequantize_tensor_f32(&operand, codes, scales, rows, k,
                                                 tensor_scale_bits, values.data(), error);
            });
            expect_done([&](fp4_error* error) {
                return fp4_dequantize_tensor_bf16(&operand, codes, scales, rows, k,
                                                  tensor_scale_bits, values_bits.data(), error);
            });
            for (size_t i = 0; i < rows * k; ++i) {
                ASSERT_EQ(std::bit_cast<uint32_t>(values[i]), expected[i].bits)
                    << spec_of(format).name << " " << i;
                ASSERT_EQ(values_bits[i], expected_bf16[i].bits)
                    << spec_of(format).name << " " << i;
            }
            EXPECT_EQ(values.back(), 7.0f);
            EXPECT_EQ(values_bits.back(), 7);
        }
}

TEST(CDecode, NegativeZeroKeepsItsSignInBf16) {
    const fp4_operand operand = FP4_OPERAND_INIT(FP4_FORMAT_NVFP4);
    const std::array<uint8_t, 8> codes{0x08, 0x99};
    const uint8_t scale = 0x38;
    std::array<uint16_t, 16> values_bits;
    ASSERT_EQ(fp4_dequantize_tensor_bf16(&operand, codes.data(), &scale, 1, 16, 0x00000001,
                                         values_bits.data(), nullptr),
              FP4_OK);
    EXPECT_EQ(values_bits[0], 0x8000); // -0
    EXPECT_EQ(values_bits[1], 0x0000);
    EXPECT_EQ(values_bits[2], 0x8000); // -0.5 * 2^-149
}

TEST(CDecode, PackedSizes) {
    uint64_t code_bytes = 0, scale_bytes = 0;
    expect_done([&](fp4_error* error) {
        return fp4_packed_size(FP4_FORMAT_NVFP4, 3, 64, &code_bytes, &scale_bytes, error);
    });
    EXPECT_EQ(code_bytes, 96u);
    EXPECT_EQ(scale_bytes, 12u);
    expect_done([&](fp4_error* error) {
        return fp4_packed_size(FP4_FORMAT_MXFP4, 3, 64, &code_bytes, &scale_bytes, error);
    });
    EXPECT_EQ(code_bytes, 96u);
    EXPECT_EQ(scale_bytes, 6u);
    const auto formats = static_cast<int32_t>(format_specs.size());
    const std::string expected =
        "format: expected 0 to " + std::to_string(formats - 1) + ", found ";
    const auto size = [&](fp4_format format, uint64_t rows, uint64_t k) {
        return [=, &code_bytes, &scale_bytes](fp4_error* error) {
            return fp4_packed_size(format, rows, k, &code_bytes, &scale_bytes, error);
        };
    };
    expect_refused(size(formats, 1, 16), FP4_BAD_ARGUMENT, expected + std::to_string(formats));
    expect_refused(size(-1, 1, 16), FP4_BAD_ARGUMENT, expected + "-1");
    expect_refused(size(0, 0, 16), FP4_BAD_SHAPE,
                   "tensor: expected at least one element, found 0 x 16");
    expect_refused(size(0, 1, 0), FP4_BAD_SHAPE,
                   "tensor: expected at least one element, found 1 x 0");
    expect_refused(size(0, 1, 24), FP4_BAD_SHAPE, "K: expected a multiple of 16, found 24");
    expect_refused(size(3, 1, 48), FP4_BAD_SHAPE, "K: expected a multiple of 32, found 48");
    expect_refused(size(0, uint64_t{1} << 60, 16), FP4_BAD_SHAPE,
                   "tensor: 1152921504606846976 x 16 elements are more than memory can hold");
    expect_refused(
        [&](fp4_error* error) { return fp4_packed_size(0, 1, 16, nullptr, &scale_bytes, error); },
        FP4_BAD_ARGUMENT, "code_bytes: expected a pointer, found NULL");
    expect_refused(
        [&](fp4_error* error) { return fp4_packed_size(0, 1, 16, &code_bytes, nullptr, error); },
        FP4_BAD_ARGUMENT, "scale_bytes: expected a pointer, found NULL");
    EXPECT_EQ(code_bytes, 96u); // untouched
}

TEST(CDecodeErrors, OperandsAndPointers) {
    const auto formats = static_cast<int32_t>(format_specs.size());
    const std::string expected =
        "format: expected 0 to " + std::to_string(formats - 1) + ", found ";
    const fp4_operand good = FP4_OPERAND_INIT(FP4_FORMAT_RAZER_W);
    std::array<uint8_t, 8> codes{};
    std::array<int8_t, 16> halves{};
    fp4_scale scale;
    uint32_t bits;
    const auto block = [&](const fp4_operand* operand, const uint8_t* c, int8_t* h) {
        return [=](fp4_error* error) { return fp4_decode_block(operand, c, 0, h, error); };
    };
    expect_refused(block(nullptr, codes.data(), halves.data()), FP4_BAD_ARGUMENT,
                   "operand: expected a pointer, found NULL");
    expect_refused(block(&good, nullptr, halves.data()), FP4_BAD_ARGUMENT,
                   "codes: expected a pointer, found NULL");
    expect_refused(block(&good, codes.data(), nullptr), FP4_BAD_ARGUMENT,
                   "lanes: expected a pointer, found NULL");
    expect_refused([&](fp4_error* error) { return fp4_decode_scale(0, 0, nullptr, error); },
                   FP4_BAD_ARGUMENT, "scale: expected a pointer, found NULL");
    expect_refused([&](fp4_error* error) { return fp4_decode_scale(99, 0, &scale, error); },
                   FP4_BAD_ARGUMENT, expected + "99");
    expect_refused([&](fp4_error* error) { return fp4_dequantize(&good, 0, 0, 0, nullptr, error); },
                   FP4_BAD_ARGUMENT, "value_bits: expected a pointer, found NULL");
    expect_refused([&](fp4_error* error) { return fp4_dequantize(nullptr, 0, 0, 0, &bits, error); },
                   FP4_BAD_ARGUMENT, "operand: expected a pointer, found NULL");

    fp4_operand bad = good;
    bad.format = formats;
    expect_refused(block(&bad, codes.data(), halves.data()), FP4_BAD_ARGUMENT,
                   "operand." + expected + std::to_string(formats));
    for (uint32_t halves_given : {32u, 266u, 0xFFFFFFFFu}) { // 266 would be 10 in a byte
        const std::string found =
            ": expected 0 to 31 half-units, found " + std::to_string(halves_given);
        bad = {FP4_FORMAT_RAZER_W, halves_given, 16};
        expect_refused(block(&bad, codes.data(), halves.data()), FP4_BAD_ARGUMENT,
                       "operand.v1_halves" + found);
        bad = {FP4_FORMAT_RAZER_W, 10, halves_given};
        expect_refused(block(&bad, codes.data(), halves.data()), FP4_BAD_ARGUMENT,
                       "operand.v2_halves" + found);
        bad = {FP4_FORMAT_RAZER_A, 10, halves_given}; // has no V2
        EXPECT_EQ(fp4_decode_block(&bad, codes.data(), 0, halves.data(), nullptr), FP4_OK);
        bad = {FP4_FORMAT_NVFP4, halves_given, halves_given};
        EXPECT_EQ(fp4_decode_block(&bad, codes.data(), 0, halves.data(), nullptr), FP4_OK);
    }
}

TEST(CDecodeErrors, Tensors) {
    const fp4_operand operand = FP4_OPERAND_INIT(FP4_FORMAT_NVFP4);
    const std::array<uint8_t, 8> codes{};
    const uint8_t scale = 0x38;
    std::array<float, 16> values{};
    std::array<uint16_t, 16> values_bits{};
    const auto f32 = [&](const fp4_operand* o, const uint8_t* c, const uint8_t* s, uint64_t rows,
                         uint64_t k, float* v) {
        return [=](fp4_error* error) {
            return fp4_dequantize_tensor_f32(o, c, s, rows, k, 0x3F800000, v, error);
        };
    };
    expect_refused(f32(nullptr, codes.data(), &scale, 1, 16, values.data()), FP4_BAD_ARGUMENT,
                   "operand: expected a pointer, found NULL");
    expect_refused(f32(&operand, nullptr, &scale, 1, 16, values.data()), FP4_BAD_ARGUMENT,
                   "codes: expected a pointer, found NULL");
    expect_refused(f32(&operand, codes.data(), nullptr, 1, 16, values.data()), FP4_BAD_ARGUMENT,
                   "scales: expected a pointer, found NULL");
    expect_refused(f32(&operand, codes.data(), &scale, 1, 16, nullptr), FP4_BAD_ARGUMENT,
                   "values: expected a pointer, found NULL");
    const auto rows = [&](const uint32_t* row_scales) {
        return [=, &codes, &scale, &values, &operand](fp4_error* error) {
            return fp4_dequantize_rows_f32(&operand, codes.data(), &scale, 1, 16, row_scales,
                                           const_cast<float*>(values.data()), error);
        };
    };
    expect_refused(rows(nullptr), FP4_BAD_ARGUMENT,
                   "row_scales_bits: expected a pointer, found NULL");
    expect_refused(f32(&operand, codes.data(), &scale, 0, 16, values.data()), FP4_BAD_SHAPE,
                   "values: expected at least one element, found 0 x 16");
    expect_refused(f32(&operand, codes.data(), &scale, 1, 15, values.data()), FP4_BAD_SHAPE,
                   "tensor: K: expected a multiple of 16, found 15");
    expect_refused(f32(&operand, codes.data(), &scale, uint64_t{1} << 58, 16, values.data()),
                   FP4_BAD_SHAPE,
                   "values: 288230376151711744 x 16 elements are more than memory can hold");
    expect_refused(
        [&](fp4_error* error) {
            return fp4_dequantize_tensor_bf16(&operand, codes.data(), nullptr, 1, 16, 0,
                                              values_bits.data(), error);
        },
        FP4_BAD_ARGUMENT, "scales: expected a pointer, found NULL");
}

} // namespace
} // namespace fp4
