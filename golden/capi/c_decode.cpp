#include "c_support.hpp"
#include "fp4/dequantize/dequantize.hpp"

namespace fp4::capi {
namespace {

// The scale outside of the blocks: the tensor's, or one for each row.
struct OuterScale {
    uint32_t tensor_bits = 0;
    const uint32_t* row_bits = nullptr;
};

// Dequantizes to Value, whose bits are what `values` holds.
template <class Value, class Out>
Status dequantize_to(const fp4_operand* operand, const uint8_t* codes, const uint8_t* scales,
                     uint64_t rows, uint64_t k, OuterScale outer, Out* values) {
    static_assert(sizeof(Value) == sizeof(Out));
    if (auto status = not_null({{codes, "codes"}, {scales, "scales"}, {values, "values"}}); !status)
        return status;
    const auto read = read_operand(operand, "operand");
    if (!read) return read.error();
    const auto bytes = buffer_bytes(rows, k, sizeof(Out), "values");
    if (!bytes) return bytes.error();
    auto tensor = read_tensor(*read, codes, scales, rows, k, "tensor");
    if (!tensor) return tensor.error();
    tensor->tensor_scale = {outer.tensor_bits};
    for (uint64_t r = 0; outer.row_bits && r < rows; ++r)
        tensor->row_scales.push_back({outer.row_bits[r]});
    std::vector<Value> result(*bytes / sizeof(Value));
    if (auto status = dequantize_tensor_fast(*tensor, result, "tensor"); !status) return status;
    std::memcpy(values, result.data(), *bytes);
    return Done{};
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;
using fp4::Done;
using fp4::Status;

fp4_status fp4_packed_size(fp4_format format, uint64_t rows, uint64_t k, uint64_t* code_bytes,
                           uint64_t* scale_bytes, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{code_bytes, "code_bytes"}, {scale_bytes, "scale_bytes"}});
            !status)
            return status;
        if (auto status = in_list(format, fp4::format_specs.size(), "format"); !status)
            return status;
        if (const auto bytes = buffer_bytes(rows, k, 1, "tensor"); !bytes) return bytes.error();
        const auto block = static_cast<uint64_t>(fp4_format_block(format));
        if (k % block != 0)
            return fp4::Error{fp4::ErrorCode::bad_shape, "K: expected a multiple of " +
                                                             std::to_string(block) + ", found " +
                                                             std::to_string(k)};
        *code_bytes = rows * k / 2;
        *scale_bytes = rows * (k / block) * static_cast<uint64_t>(fp4_format_scale_bytes(format));
        return Done{};
    });
}

int32_t fp4_decode_e2m1(uint8_t code) { return fp4::e2m1_halves({code}); }

fp4_status fp4_decode_scale(fp4_format format, uint8_t scale_byte, fp4_scale* scale,
                            fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{scale, "scale"}}); !status) return status;
        if (auto status = in_list(format, fp4::format_specs.size(), "format"); !status)
            return status;
        const fp4::Scale decoded = fp4::block_scale(static_cast<fp4::Format>(format), scale_byte);
        *scale = {decoded.significand, decoded.exponent, decoded.nan,
                  decoded.nan ? fp4::fp32_nan.bits
                              : fp4::Fp32::from_float(fp4::scale_to_float(decoded)).bits};
        return Done{};
    });
}

fp4_status fp4_decode_block(const fp4_operand* operand, const uint8_t* codes, uint32_t scale_record,
                            int8_t* lanes, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{codes, "codes"}, {lanes, "lanes"}}); !status) return status;
        const auto read = read_operand(operand, "operand");
        if (!read) return read.error();
        for (int first = 0; first < fp4::spec_of(read->format).block; first += fp4::dot_lanes) {
            const std::span<const uint8_t, fp4::dot_lanes / 2> lane_codes(codes + first / 2,
                                                                          fp4::dot_lanes / 2);
            const auto decoded =
                fp4::decode_lanes(read->format, read->specials, scale_record, lane_codes, first);
            std::memcpy(lanes + first, decoded.data(), decoded.size());
        }
        return Done{};
    });
}

fp4_status fp4_dequantize(const fp4_operand* operand, uint8_t code, uint8_t scale_byte,
                          uint32_t tensor_scale_bits, uint32_t* value_bits, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{value_bits, "value_bits"}}); !status) return status;
        const auto read = read_operand(operand, "operand");
        if (!read) return read.error();
        if (auto status = one_scale_byte(read->format); !status) return status;
        const fp4::Element element{static_cast<uint8_t>(code & 15)};
        *value_bits =
            fp4::dequantize(read->format, read->specials, scale_byte, element, {tensor_scale_bits})
                .bits;
        return Done{};
    });
}

fp4_status fp4_dequantize_tensor_f32(const fp4_operand* operand, const uint8_t* codes,
                                     const uint8_t* scales, uint64_t rows, uint64_t k,
                                     uint32_t tensor_scale_bits, float* values, fp4_error* error) {
    return guarded(error, [&] {
        return dequantize_to<fp4::Fp32>(operand, codes, scales, rows, k, {tensor_scale_bits},
                                        values);
    });
}

fp4_status fp4_dequantize_tensor_bf16(const fp4_operand* operand, const uint8_t* codes,
                                      const uint8_t* scales, uint64_t rows, uint64_t k,
                                      uint32_t tensor_scale_bits, uint16_t* values_bits,
                                      fp4_error* error) {
    return guarded(error, [&] {
        return dequantize_to<fp4::Bf16>(operand, codes, scales, rows, k, {tensor_scale_bits},
                                        values_bits);
    });
}

fp4_status fp4_dequantize_rows_f32(const fp4_operand* operand, const uint8_t* codes,
                                   const uint8_t* scales, uint64_t rows, uint64_t k,
                                   const uint32_t* row_scales_bits, float* values,
                                   fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{row_scales_bits, "row_scales_bits"}}); !status) return status;
        return dequantize_to<fp4::Fp32>(operand, codes, scales, rows, k, {0, row_scales_bits},
                                        values);
    });
}

fp4_status fp4_dequantize_rows_bf16(const fp4_operand* operand, const uint8_t* codes,
                                    const uint8_t* scales, uint64_t rows, uint64_t k,
                                    const uint32_t* row_scales_bits, uint16_t* values_bits,
                                    fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{row_scales_bits, "row_scales_bits"}}); !status) return status;
        return dequantize_to<fp4::Bf16>(operand, codes, scales, rows, k, {0, row_scales_bits},
                                        values_bits);
    });
}
