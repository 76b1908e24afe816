#include <algorithm>
#include <cmath>

#include "c_support.hpp"
#include "fp4/encode_razer_w.hpp"

namespace fp4::capi {
namespace {

Result<EncodeOptions> read_options(const fp4_encode_options* options) {
    constexpr size_t first_size = 20;
    static_assert(sizeof(fp4_encode_options) == first_size);
    const auto given = read_sized(options, fp4_encode_options FP4_ENCODE_OPTIONS_INIT, first_size, "options");
    if (!given) return given.error();
    const auto operand = read_operand(&given->operand, "options.operand");
    if (!operand) return operand.error();
    EncodeOptions read{operand->format, {}, operand->specials};
    if (given->encoder == FP4_ENCODER_DEFAULT) return read;
    if (auto status = in_list(given->encoder, encoder_specs.size(), "options.encoder"); !status) return status.error();
    read.encoder = static_cast<Encoder>(given->encoder);
    return read;
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;
using fp4::Done;
using fp4::Status;

fp4_status fp4_encode(const fp4_encode_options* options, const float* x, uint64_t rows, uint64_t k, uint8_t* codes, uint8_t* scales, uint32_t* tensor_scale_bits,
                      fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{x, "x"}, {codes, "codes"}, {scales, "scales"}, {tensor_scale_bits, "tensor_scale_bits"}}); !status) return status;
        const auto read = read_options(options);
        if (!read) return read.error();
        const auto bytes = buffer_bytes(rows, k, sizeof(float), "x");
        if (!bytes) return bytes.error();
        const auto tensor = fp4::encode({x, *bytes / sizeof(float)}, rows, k, *read, "x");
        if (!tensor) return tensor.error();
        std::ranges::copy(tensor->codes, codes);
        std::ranges::copy(tensor->scales, scales);
        *tensor_scale_bits = tensor->tensor_scale.bits;
        return Done{};
    });
}

fp4_status fp4_encode_block(const fp4_encode_options* options, const float* x, uint32_t tensor_scale_bits, uint8_t* codes, uint8_t* scale_byte, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{x, "x"}, {codes, "codes"}, {scale_byte, "scale_byte"}}); !status) return status;
        const auto read = read_options(options);
        if (!read) return read.error();
        const float tensor_scale = fp4::Fp32{tensor_scale_bits}.to_float();
        if (!std::isnormal(tensor_scale) || tensor_scale < 0)
            return fp4::Error{fp4::ErrorCode::bad_argument, "tensor_scale_bits: expected a positive normal number, found " + std::to_string(tensor_scale)};
        const std::span<const float, fp4::dot_lanes> values(x, fp4::dot_lanes);
        // Whatever the tensor as a whole is checked for holds for its block too.
        if (const auto checked = fp4::encode(values, 1, fp4::dot_lanes, *read, "x"); !checked) return checked.error();
        const fp4::EncodedBlock block = read->format == fp4::Format::nvfp4     ? fp4::encode_block_nv(values, tensor_scale)
                                        : read->format == fp4::Format::razer_w ? fp4::RazerWeightEncoder(read->specials)(values, tensor_scale)
                                                                               : fp4::encode_block_razer_a(values, tensor_scale, read->specials);
        for (size_t i = 0; i < block.codes.size() / 2; ++i) codes[i] = static_cast<uint8_t>(block.codes[2 * i] | block.codes[2 * i + 1] << 4);
        *scale_byte = block.scale_byte;
        return Done{};
    });
}
