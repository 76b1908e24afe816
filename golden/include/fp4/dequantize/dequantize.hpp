// Whole packed tensors to binary32 or bfloat16: a reference path that is dequantize() element by
// element, and a fast one with the same bits.
#pragma once
#include <span>

#include "fp4/formats/decode.hpp"
#include "fp4/fast/fast_options.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4 {

// A bfloat16 bit pattern.
struct Bf16 {
    uint16_t bits = 0;

    friend constexpr bool operator==(Bf16, Bf16) = default;
};

// RNE of dequantize(): two roundings. NaN is 0x7FFF; a result that the second rounding makes zero
// has the sign of its binary32, or is +0 in formats without signed zeros.
Bf16 dequantize_bf16(Format format, Specials specials, ScaleRecord record, Element element,
                     Fp32 tensor_scale, int place = 0);

// Writes rows x k row-major values. Errors: those of check_shape, out.size() != rows * k; `out` is
// then untouched. `name` begins messages.
Status dequantize_tensor(const PackedTensor& tensor, std::span<Fp32> out, std::string_view name);
Status dequantize_tensor(const PackedTensor& tensor, std::span<Bf16> out, std::string_view name);

// The same functions, fast. Integer work only: the caller's floating-point environment does not
// matter. Outputs of 4 MiB and more are written past the caches. Errors: also those of choose_isa.
Status dequantize_tensor_fast(const PackedTensor& tensor, std::span<Fp32> out,
                              std::string_view name, const FastOptions& options = {});
Status dequantize_tensor_fast(const PackedTensor& tensor, std::span<Bf16> out,
                              std::string_view name, const FastOptions& options = {});

} // namespace fp4
