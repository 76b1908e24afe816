#include "operand_tables.hpp"

#include <bit>
#include <limits>

#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/exact_sum.hpp"

namespace fp4::fast {
namespace {

constexpr int times = 8; // of the upper half of OperandTables::elements
constexpr int32_t max_int16 = std::numeric_limits<int16_t>::max();

int32_t integer_of(Format format, const Scale& scale) {
    return scale.significand
               ? scale.significand << (scale.exponent - scale_fraction_bits - step_exponent(format))
               : 0;
}

int32_t max_integer(Format format) {
    const ScaleSpec& spec = spec_of(format).scale_spec();
    return integer_of(format, decode_scale(spec, spec.max_payload));
}

bool needs_times(int32_t integer) { return integer > max_int16; }

// An integer scale above 2^15 is a significand of four bits shifted by more than three, so an
// eighth of it is whole; the largest eighth fits.
static_assert([] {
    for (const ScaleSpec& spec : scale_specs) {
        if (!spec.fits_int64_sum()) continue;
        for (int payload = 0; payload <= spec.max_payload; ++payload) {
            const Scale scale = decode_scale(spec, payload);
            const int64_t integer =
                scale.significand
                    ? int64_t{scale.significand}
                          << (scale.exponent - scale_fraction_bits - spec.step_exponent())
                    : 0;
            if (integer > max_int16 && (integer % times != 0 || integer / times > max_int16))
                return false;
        }
    }
    return true;
}());

int32_t word_of(Format format, const Scale& scale, Words words) {
    const auto split = [&](int exponent, int position) {
        return static_cast<int32_t>(scale.significand | static_cast<uint32_t>(exponent)
                                                            << position);
    };
    const auto bits = [](float value) { return std::bit_cast<int32_t>(value); };
    switch (words) {
    case Words::integers: return integer_of(format, scale);
    case Words::narrow:
        return needs_times(integer_of(format, scale)) ? integer_of(format, scale) / times
                                                      : integer_of(format, scale);
    case Words::wide:
        return scale.significand
                   ? split(scale.exponent - scale_fraction_bits - step_exponent(format), 16)
                   : 0;
    case Words::split: return split(scale.exponent & 0xFF, 8);
    case Words::values: return bits(scale_to_float(scale));
    case Words::quarter_values: return bits(scale_to_float(scale) * 0.25f);
    case Words::exponents: return scale.exponent;
    case Words::quarter_exponents: break;
    }
    return scale.exponent - 2;
}

} // namespace

bool narrow_is_exact(Format a, Specials a_specials, Format b, Specials b_specials) {
    if (!fits_exact_sum(a, b)) return false;
    const int factor = needs_times(max_integer(a)) ? times : 1;
    const int a_max = max_lane(a, a_specials) * factor, b_max = max_lane(b, b_specials);
    const int64_t dot = int64_t{dot_lanes} * a_max * b_max;
    return a_max <= std::numeric_limits<int8_t>::max() && dot <= max_int16 &&
           dot * max_integer(a) / factor < int64_t{1} << 30;
}

OperandTables operand_tables(Format format, Specials specials, Words words, int bias) {
    const FormatSpec& spec = spec_of(format);
    OperandTables tables{};
    tables.bias = bias;
    tables.marks = words == Words::split;
    for (int selector = 0; selector < spec.selectors(); ++selector)
        for (uint8_t code = 0; code < 16; ++code) {
            const int halves =
                element_lane(format, specials, spec.byte_of_selector(selector), {code});
            tables.elements[selector][code] = static_cast<int8_t>(halves);
            tables.elements[selector + 4][code] = static_cast<int8_t>(
                halves * times); // out of range only where narrow_is_exact says no
        }
    for (unsigned byte = 0; byte < 256; ++byte) {
        const Scale scale = block_scale(format, static_cast<uint8_t>(byte));
        int table = spec.selector(static_cast<uint8_t>(byte));
        if (words == Words::narrow && needs_times(integer_of(format, scale))) table += 4;
        tables.elements_of[byte] = static_cast<uint8_t>(table);
        tables.word_of[byte] = word_of(format, scale, words);
    }
    return tables;
}

} // namespace fp4::fast
