#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

// Bits that the quotient by an odd divisor keeps below the last of what is divided.
constexpr int quotient_bits = 24;

} // namespace

std::array<int8_t, dot_lanes> decode_lanes(Format format, Specials specials, ScaleRecord record,
                                           std::span<const uint8_t, dot_lanes / 2> codes,
                                           int first_place) {
    const FormatSpec& spec = spec_of(format);
    std::array<int8_t, 16> table =
        lane_tables[static_cast<size_t>(format)][spec.has_other_code_book(record)];
    if (spec.has_specials())
        table[static_cast<size_t>(spec.sentinel)] =
            static_cast<int8_t>(special_halves(format, specials, record));
    std::array<int8_t, dot_lanes> lanes;
    for (size_t i = 0; i < codes.size(); ++i) {
        lanes[2 * i] = table[codes[i] & 15];
        lanes[2 * i + 1] = table[codes[i] >> 4];
    }
    if (spec.has_sub_blocks())
        for (int i = 0; i < dot_lanes; ++i)
            lanes[static_cast<size_t>(i)] = static_cast<int8_t>(
                lanes[static_cast<size_t>(i)] * spec.sub_block_factor(record, first_place + i));
    return lanes;
}

Fp32 dequantize(Format format, Specials specials, ScaleRecord record, Element element,
                Fp32 tensor_scale, int place) {
    const FormatSpec& spec = spec_of(format);
    const Scale scale = block_scale(format, record);
    if (scale.nan || tensor_scale.is_nan() || tensor_scale.is_infinite()) return fp32_nan;
    const int lane = element_lane(format, specials, record, element, place);
    const bool element_negative =
        lane < 0 || (lane == 0 && spec.has_signed_zeros() &&
                     element.code == block_code_book(format, record).negative_zero);
    const bool negative = element_negative != tensor_scale.negative();
    uint64_t significand = static_cast<uint64_t>(lane < 0 ? -lane : lane) * scale.significand *
                           tensor_scale.significand();
    int lsb_exponent = scale.exponent - spec.lane_fraction_bits() - scale_fraction_bits +
                       tensor_scale.exponent() - fp32_spec.fraction_bits;
    bool sticky = false;
    if (const auto divisor = static_cast<uint64_t>(spec.lane_divisor()); divisor != 1) {
        significand <<= quotient_bits;
        lsb_exponent -= quotient_bits;
        sticky = significand % divisor != 0;
        significand /= divisor;
    }
    Fp32 value = round_fp32(negative, significand, lsb_exponent, sticky, Rounding::nearest_even);
    if (value.is_zero() && negative && spec.has_signed_zeros()) value.bits = 0x80000000u;
    return value;
}

} // namespace fp4
