#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "c_support.hpp"
#include "fast/default_floating_point.hpp"
#include "fp4/encode/encode_fast.hpp"

namespace fp4::capi {
namespace {

Result<EncodeOptions> read_options(const fp4_encode_options* options) {
    constexpr size_t first_size = 32;
    static_assert(sizeof(fp4_encode_options) == first_size);
    const auto given =
        read_sized(options, fp4_encode_options FP4_ENCODE_OPTIONS_INIT, first_size, "options");
    if (!given) return given.error();
    const auto operand = read_operand(&given->operand, "options.operand");
    if (!operand) return operand.error();
    EncodeOptions read{.format = operand->format, .specials = operand->specials};
    if (given->encoder != FP4_ENCODER_DEFAULT) {
        if (auto status = in_list(given->encoder, encoder_specs.size(), "options.encoder"); !status)
            return status.error();
        read.encoder = static_cast<Encoder>(given->encoder);
    }
    if (given->saturate > 1)
        return Error{ErrorCode::bad_argument,
                     "options.saturate: expected 0 or 1, found " + std::to_string(given->saturate)};
    if (given->saturate) read.nonfinite = NonfinitePolicy::saturate;
    if (given->e3m3_max != 28 && given->e3m3_max != 30)
        return Error{ErrorCode::bad_argument, "options.e3m3_max: expected 28 or 30, found " +
                                                  std::to_string(given->e3m3_max)};
    read.e3m3_max = static_cast<int>(given->e3m3_max);
    return read;
}

// Sets the tensor scale of a given multiplier. Errors: also those of the other options, without
// which there is no encoder to ask for its rule.
Status set_tensor_scale(EncodeOptions& options, uint32_t bits, const char* name) {
    const auto encoder = block_encoder(options, "x");
    if (!encoder) return encoder.error();
    const float multiplier = Fp32{bits}.to_float();
    if (!std::isnormal(multiplier) || multiplier < 0) {
        std::array<char, 16> found;
        std::snprintf(found.data(), found.size(), "0x%08X", bits);
        return Error{ErrorCode::bad_argument, std::string(name) +
                                                  ": expected a positive normal number, found " +
                                                  found.data()};
    }
    options.tensor_scale = tensor_scale_of(encoder->encoder(), options.format,
                                           TensorMultiplier{multiplier}, options.e3m3_max);
    return Done{};
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;
using fp4::Done;
using fp4::Status;

fp4_status fp4_encode(const fp4_encode_options* options, const float* x, uint64_t rows, uint64_t k,
                      uint8_t* codes, uint8_t* scales, uint32_t* tensor_scale_bits,
                      fp4_error* error) {
    return guarded(error, [&]() -> Status {
        const fp4::DefaultFloatingPoint scope;
        if (auto status = not_null({{x, "x"},
                                    {codes, "codes"},
                                    {scales, "scales"},
                                    {tensor_scale_bits, "tensor_scale_bits"}});
            !status)
            return status;
        auto read = read_options(options);
        if (!read) return read.error();
        const auto bytes = buffer_bytes(rows, k, sizeof(float), "x");
        if (!bytes) return bytes.error();
        const std::span<const float> values(x, *bytes / sizeof(float));
        if (options && options->tensor_scale_bits != 0)
            if (auto status = set_tensor_scale(*read, options->tensor_scale_bits,
                                               "options.tensor_scale_bits");
                !status)
                return status;
        const auto tensor = fp4::encode_fast(values, rows, k, *read, "x");
        if (!tensor) return tensor.error();
        std::ranges::copy(tensor->codes, codes);
        std::ranges::copy(tensor->scales, scales);
        *tensor_scale_bits = tensor->tensor_scale.bits;
        return Done{};
    });
}

fp4_status fp4_encode_block(const fp4_encode_options* options, const float* x,
                            uint32_t tensor_scale_bits, uint8_t* codes, uint8_t* scale,
                            fp4_error* error) {
    return guarded(error, [&]() -> Status {
        const fp4::DefaultFloatingPoint scope;
        if (auto status = not_null({{x, "x"}, {codes, "codes"}, {scale, "scale"}}); !status)
            return status;
        auto read = read_options(options);
        if (!read) return read.error();
        if (auto status = set_tensor_scale(*read, tensor_scale_bits, "tensor_scale_bits"); !status)
            return status;
        const auto encoder = fp4::block_encoder(*read, "x");
        if (!encoder) return encoder.error();
        const auto block = static_cast<size_t>(fp4::spec_of(read->format).block);
        const std::span<const float> values(x, block);
        if (read->nonfinite == fp4::NonfinitePolicy::error)
            if (const auto amax = fp4::finite_amax(values, block, "x"); !amax) return amax.error();
        std::array<uint8_t, fp4::max_block> wide;
        const fp4::ScaleRecord record = encoder->encode_block(values, *read->tensor_scale, wide);
        for (int i = 0; i < fp4::spec_of(read->format).scale_bytes(); ++i)
            scale[i] = static_cast<uint8_t>(record >> (8 * i));
        for (size_t i = 0; i < block / 2; ++i)
            codes[i] = static_cast<uint8_t>(wide[2 * i] | wide[2 * i + 1] << 4);
        return Done{};
    });
}
