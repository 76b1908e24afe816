#include "fp4/dequantize/dequantize.hpp"

#include "dequantize_checks.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/try.hpp"

namespace fp4 {

Bf16 dequantize_bf16(Format format, Specials specials, ScaleRecord record, Element element,
                     Fp32 tensor_scale, int place) {
    const Fp32 value = dequantize(format, specials, record, element, tensor_scale, place);
    const auto bits = static_cast<uint16_t>(convert_fp32(value, OutputType::bf16));
    const bool negative_zero = bits == 0 && value.negative() && spec_of(format).has_signed_zeros();
    return {negative_zero ? uint16_t{0x8000} : bits};
}

namespace {

template <class Value>
Status by_element(const PackedTensor& tensor, std::span<Value> out, std::string_view name) {
    FP4_TRY(check_dequantize(tensor, out.size(), name));
    const auto block = static_cast<uint64_t>(spec_of(tensor.format).block);
    for (uint64_t i = 0; i < out.size(); ++i)
        out[i] =
            dequantize_as<Value>(tensor.format, tensor.specials, tensor.scale_record(i / block),
                                 packed_code(tensor.codes, i), tensor.outer_scale(i / tensor.k),
                                 static_cast<int>(i % block));
    return Done{};
}

} // namespace

Status dequantize_tensor(const PackedTensor& tensor, std::span<Fp32> out, std::string_view name) {
    return by_element(tensor, out, name);
}
Status dequantize_tensor(const PackedTensor& tensor, std::span<Bf16> out, std::string_view name) {
    return by_element(tensor, out, name);
}

} // namespace fp4
