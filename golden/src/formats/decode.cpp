#include "fp4/decode.hpp"

namespace fp4 {

std::array<int8_t, dot_lanes> decode_lanes(Format format, Specials specials, uint8_t scale_byte,
                                           std::span<const uint8_t, dot_lanes / 2> codes) {
    const FormatSpec& spec = spec_of(format);
    std::array<int8_t, 16> table =
        code_book_halves[static_cast<size_t>(spec.code_book_type(scale_byte))];
    if (spec.has_specials())
        table[static_cast<size_t>(spec.sentinel)] =
            static_cast<int8_t>(special_halves(format, specials, scale_byte));
    std::array<int8_t, dot_lanes> halves;
    for (size_t i = 0; i < codes.size(); ++i) {
        halves[2 * i] = table[codes[i] & 15];
        halves[2 * i + 1] = table[codes[i] >> 4];
    }
    return halves;
}

Fp32 dequantize(Format format, Specials specials, uint8_t scale_byte, Element element,
                Fp32 tensor_scale) {
    const Scale scale = block_scale(format, scale_byte);
    if (scale.nan || tensor_scale.is_nan() || tensor_scale.is_infinite()) return fp32_nan;
    const int halves = element_halves(format, specials, scale_byte, element);
    const bool element_negative =
        halves < 0 || (halves == 0 && spec_of(format).has_signed_zeros() &&
                       element.code == block_code_book(format, scale_byte).negative_zero);
    const bool negative = element_negative != tensor_scale.negative();
    const uint64_t significand = static_cast<uint64_t>(halves < 0 ? -halves : halves) *
                                 scale.significand * tensor_scale.significand();
    const int lsb_exponent = -1 + scale.exponent - scale_fraction_bits + tensor_scale.exponent() -
                             fp32_spec.fraction_bits;
    Fp32 value = round_fp32(negative, significand, lsb_exponent, false, Rounding::nearest_even);
    if (value.is_zero() && negative && spec_of(format).has_signed_zeros()) value.bits = 0x80000000u;
    return value;
}

} // namespace fp4
