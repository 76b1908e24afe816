#include "show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "explain.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/try.hpp"
#include "operands.hpp"

namespace fp4::vec {
namespace {

// The digits of a word as a waveform viewer writes it, or an error when there are not `digits` of
// them.
Result<std::string> hex_word(const std::string& what, std::string_view word,
                             std::initializer_list<size_t> digits) {
    std::string text;
    for (char c : word.starts_with("0x") || word.starts_with("0X") ? word.substr(2) : word)
        if (c != '_') text += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (is_hex(text) && std::ranges::find(digits, text.size()) != digits.end()) return text;
    std::string expected;
    for (size_t n : digits) expected += (expected.empty() ? "" : " or ") + std::to_string(n);
    return bad(what, expected + " hexadecimal digits", word);
}

std::string scale_line(const std::string& name, Format format, Specials specials,
                       std::string_view digits) {
    const ScaleRecord record = record_of_hex(digits);
    const Scale scale = block_scale(format, record);
    const ScaleSpec& spec = spec_of(format).scale_spec();
    std::string text = fmt::format("{} {}  {} payload {:02x}: ", name, digits, spec.name,
                                   record & static_cast<ScaleRecord>(spec.payload_mask()));
    text += scale.nan
                ? "NaN"
                : fmt::format("{} * 2^{} = {}", scale.significand,
                              scale.exponent - scale_fraction_bits, explain_scale(format, record));
    if (spec_of(format).has_specials())
        text += fmt::format("; code {:x} is {}", spec_of(format).sentinel,
                            explain_lane(format, special_halves(format, specials, record)));
    return text + "\n";
}

std::string element_line(const std::string& name, Format format, Specials specials,
                         ScaleRecord record, uint8_t code, int place) {
    const int lane = element_lane(format, specials, record, {code}, place);
    const Fp32 value = dequantize(format, specials, record, {code}, Fp32{0x3F800000}, place);
    return fmt::format("{}code {:x}  lane {:3}  element {:>4}  value {:>14}  fp32 {:08x}\n", name,
                       code, lane, explain_lane(format, lane), explain_fp32(value), value.bits);
}

} // namespace

Result<std::string> show_decode(const VectorConfig& config, std::span<const std::string> words) {
    if (words.empty() || words.size() > 2)
        return bad("arguments", "SCALE [CODES]", std::to_string(words.size()) + " words");
    FP4_TRY_ASSIGN(const auto scale,
                   hex_word("scale", words[0], {static_cast<size_t>(scale_digits(config.a))}));
    const ScaleRecord record = record_of_hex(scale);
    std::string text = scale_line(std::string(spec_of(config.a).name) + " scale", config.a,
                                  config.specials, scale);
    if (words.size() == 1) {
        for (uint8_t code = 0; code < 16; ++code)
            text += element_line("", config.a, config.specials, record, code, 0);
        return text;
    }
    const auto block = static_cast<size_t>(spec_of(config.a).block);
    FP4_TRY_ASSIGN(const auto digits, block == dot_lanes
                                          ? hex_word("codes", words[1], {1, dot_lanes})
                                          : hex_word("codes", words[1], {1, dot_lanes, block}));
    const auto codes = codes_of_literal(digits);
    for (size_t i = 0; i < codes.size(); ++i)
        text += element_line(codes.size() == 1 ? "" : fmt::format("element {:2}  ", i), config.a,
                             config.specials, record, codes[i], static_cast<int>(i));
    return text;
}

Result<std::string> show_dot(const VectorConfig& config, std::span<const std::string> words) {
    if (words.size() != 4 && words.size() != 5)
        return bad("arguments", "A SA B SB [C]", std::to_string(words.size()) + " words");
    std::vector<std::string> in;
    for (size_t i = 0; i < dot16_op.inputs(); ++i) {
        const Column& column = dot16_op.columns[i];
        FP4_TRY_ASSIGN(const auto word,
                       hex_word(std::string(column.name), i < words.size() ? words[i] : "00000000",
                                {static_cast<size_t>(column.digits(config))}));
        in.push_back(word);
    }
    const PackedTensor a = packed_lanes(config.a, config.specials, in[0], in[1]),
                       b = packed_lanes(config.b, config.specials, in[2], in[3]);
    const ScaleRecord a_record = a.scale_record(0), b_record = b.scale_record(0);
    const Fp32 c = fp32_from_hex(in[4]);
    std::string text = scale_line(std::string("sa ") + std::string(spec_of(a.format).name),
                                  a.format, a.specials, in[1]) +
                       scale_line(std::string("sb ") + std::string(spec_of(b.format).name),
                                  b.format, b.specials, in[3]);
    const auto a_codes = codes_of_literal(in[0]), b_codes = codes_of_literal(in[2]);
    const double units = spec_of(a.format).lane_units() * spec_of(b.format).lane_units();
    int dot = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        const auto place = static_cast<int>(i);
        const int x = element_lane(a.format, a.specials, a_record, {a_codes[i]}, place),
                  y = element_lane(b.format, b.specials, b_record, {b_codes[i]}, place);
        dot += x * y;
        text += fmt::format("element {:2}  a {:x} {:>4}  b {:x} {:>4}  product {:>6}\n", i,
                            a_codes[i], explain_lane(a.format, x), b_codes[i],
                            explain_lane(b.format, y), fmt::format("{:g}", x * y / units));
    }
    const BlockTerm term = term_of(a, b);
    text += fmt::format("dot {} / {:g} = {:g}\n", dot, units, dot / units);
    text += term.nan ? "term NaN\n"
                     : fmt::format("term {} * 2^{}{}, aligned by exponent {}\n", term.significand,
                                   term.lsb_exponent(),
                                   term.divisor == 1 ? "" : fmt::format(" / {}", term.divisor),
                                   term.exponent);
    text += fmt::format("c {:08x} = {}\n", c.bits, explain_fp32(c));
    for (const Arithmetic& profile : arithmetic_profiles) {
        if (!check_formats(a.format, b.format, profile)) continue;
        const Fp32 d = dot_reference(a, 0, b, 0, c, profile);
        text += fmt::format("d {:08x} = {}  {}\n", d.bits, explain_fp32(d), profile.name);
    }
    return text;
}

Result<std::string> show_encode(const VectorConfig& config, std::span<const std::string> words,
                                float amax) {
    const auto block = static_cast<size_t>(spec_of(config.a).block);
    if (words.size() != block)
        return bad("values", std::to_string(block) + " of a block",
                   std::to_string(words.size()) + " words");
    std::vector<float> x;
    std::string x_digits;
    for (const std::string& word : words) {
        float value = 0;
        if (word.starts_with("0x")) {
            FP4_TRY_ASSIGN(const auto bits, hex_word("value", word, {8}));
            value = fp32_from_hex(bits).to_float();
        } else {
            const auto [end, error] =
                std::from_chars(word.data(), word.data() + word.size(), value);
            if (error != std::errc{} || end != word.data() + word.size())
                return bad("value", "a decimal number or 0x and 8 digits", word);
        }
        x.push_back(value);
        x_digits.insert(0, to_hex(Fp32::from_float(value)));
    }
    const std::string amax_digits = to_hex(Fp32::from_float(amax));
    const std::vector<std::string_view> in{x_digits, amax_digits};
    FP4_TRY_ASSIGN(const auto out, encode_op.outputs(config, in));
    const Fp32 tensor_scale = fp32_from_hex(out[0]);
    const ScaleRecord record = record_of_hex(out[1]);
    const auto codes = codes_of_literal(out[2]);
    std::string text =
        fmt::format("encoder {}  tensor scale {:08x} = {}\n", spec_of(config.encoder).name,
                    tensor_scale.bits, explain_fp32(tensor_scale));
    text += scale_line(std::string(spec_of(config.a).name) + " scale", config.a, config.specials,
                       out[1]);
    for (size_t i = 0; i < codes.size(); ++i) {
        const auto place = static_cast<int>(i);
        const int lane = element_lane(config.a, config.specials, record, {codes[i]}, place);
        const Fp32 back =
            dequantize(config.a, config.specials, record, {codes[i]}, tensor_scale, place);
        text +=
            fmt::format("element {:2}  x {:>14}  code {:x}  element {:>4}  dequantized {:>14}\n", i,
                        explain_fp32(Fp32::from_float(x[i])), codes[i],
                        explain_lane(config.a, lane), explain_fp32(back));
    }
    return text + "codes " + out[2] + "\n";
}

} // namespace fp4::vec
