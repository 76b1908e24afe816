// What both dequantization paths check before they write, and the element rule by output type.
#pragma once
#include <string>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/try.hpp"

namespace fp4 {

inline Status check_dequantize(const PackedTensor& tensor, size_t out_size, std::string_view name) {
    FP4_TRY(check_shape(tensor, name));
    // rows * k cannot overflow: the codes, half as many bytes, are in memory.
    if (out_size != tensor.rows * tensor.k)
        return Error{ErrorCode::bad_shape, std::string(name) + ": output: expected " +
                                               std::to_string(tensor.rows * tensor.k) +
                                               " elements, found " + std::to_string(out_size)};
    return Done{};
}

template <class Value>
Value dequantize_as(Format format, Specials specials, ScaleRecord record, Element element,
                    Fp32 tensor_scale, int place = 0) {
    if constexpr (std::is_same_v<Value, Bf16>)
        return dequantize_bf16(format, specials, record, element, tensor_scale, place);
    else
        return dequantize(format, specials, record, element, tensor_scale, place);
}

} // namespace fp4
