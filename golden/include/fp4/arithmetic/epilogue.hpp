// From raw accumulator outputs to the tensor that leaves the chip: the operands' outer scales, then
// an optional narrower type.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fp4/fast/fast_options.hpp"
#include "fp4/formats/float_spec.hpp"
#include "fp4/result.hpp"

namespace fp4 {

enum class OutputType : uint8_t { f32, bf16, f16 };

struct OutputTypeSpec {
    std::string_view name;
    FloatSpec layout;
    int bytes;
};

inline constexpr std::array<OutputTypeSpec, 3> output_type_specs{
    {{"f32", fp32_spec, 4}, {"bf16", bf16_spec, 2}, {"f16", fp16_spec, 2}}};

constexpr const OutputTypeSpec& spec_of(OutputType type) {
    return output_type_specs[static_cast<size_t>(type)];
}

constexpr std::optional<OutputType> output_type_from_name(std::string_view name) {
    for (size_t i = 0; i < output_type_specs.size(); ++i)
        if (output_type_specs[i].name == name) return static_cast<OutputType>(i);
    return std::nullopt;
}

// RNE binary32 product. NaN for NaN operands and infinity * 0; a zero product is +0.
Fp32 multiply_fp32(Fp32 x, Fp32 y);

// RNE conversion to the type's bit pattern (low bits of the result). NaN is 0x7FFFFFFF, or 0x7FFF
// for both 16-bit types; a zero result is +0.
uint32_t convert_fp32(Fp32 x, OutputType type);

// alpha = RNE(a_scale * b_scale), the scales of the row of A and of the row of B that D belongs to;
// out = RNE(alpha * d), converted to `type`.
uint32_t epilogue(Fp32 d, Fp32 a_scale, Fp32 b_scale, OutputType type);

// Whether D [m, n] and scales fit each other: there is one of A or one for each of m rows, and one
// of B or one for each of n columns; bad_shape.
Status check_epilogue(uint64_t d_size, uint64_t n, std::span<const Fp32> a_scales,
                      std::span<const Fp32> b_scales);

// epilogue() of every element of a D [m, n]. Errors: those of check_epilogue.
Result<std::vector<uint32_t>> epilogue(std::span<const Fp32> d, uint64_t n,
                                       std::span<const Fp32> a_scales,
                                       std::span<const Fp32> b_scales, OutputType type);

// The same in binary32 over a D [m, n], by the processor's own multiplier; `out` may be `d`.
// Errors: those of check_epilogue, out.size() != d.size(); `out` is then untouched.
Status epilogue_f32_fast(std::span<const Fp32> d, uint64_t n, std::span<const Fp32> a_scales,
                         std::span<const Fp32> b_scales, std::span<Fp32> out,
                         const FastOptions& options = {});

} // namespace fp4
