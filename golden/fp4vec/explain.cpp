#include "explain.hpp"

#include <fmt/format.h>

#include "fp4/formats/decode.hpp"
#include "operands.hpp"

namespace fp4::vec {
namespace {

// The scale bytes that the codes of this operand are under; empty where the line holds none.
std::string_view scales_of(const VectorConfig& config, std::span<const std::string_view> words,
                           char operand) {
    const auto columns = spec_of(config.op).columns;
    for (size_t i = 0; i < columns.size(); ++i)
        if (columns[i].kind == Kind::scales && columns[i].operand == operand && is_hex(words[i]))
            return words[i];
    return {};
}

std::string explain_codes(const VectorConfig& config, std::span<const std::string_view> words,
                          const Column& column, const std::vector<uint8_t>& codes) {
    const Format format = column.operand == 'a' ? config.a : config.b;
    const std::string_view scales = scales_of(config, words, column.operand);
    std::string text;
    for (size_t i = 0; i < codes.size(); ++i) {
        const auto block = static_cast<size_t>(spec_of(format).block),
                   digits = static_cast<size_t>(scale_digits(format));
        const ScaleRecord record = i / block * digits < scales.size()
                                       ? record_of_hex(scales.substr(i / block * digits, digits))
                                       : 0;
        text += (i ? " " : "") +
                explain_lane(format, element_lane(format, config.specials, record, {codes[i]},
                                                  static_cast<int>(i % block)));
    }
    return text;
}

} // namespace

std::string explain_fp32(Fp32 value) {
    return value.is_nan() ? "NaN" : fmt::format("{:.9g}", value.to_float());
}
std::string explain_lane(Format format, int lane) {
    return fmt::format("{:g}", static_cast<double>(lane) / spec_of(format).lane_units());
}

std::string explain_scale(Format format, ScaleRecord record) {
    const Scale scale = block_scale(format, record);
    if (scale.nan) return "NaN";
    const FormatSpec& spec = spec_of(format);
    std::string text = fmt::format("{:.9g}", scale_to_float(scale));
    if (!spec.has_sub_blocks()) return text;
    // The factor of every four elements, over that of an element to which the record adds nothing.
    text += " times";
    for (int place = 0; place < spec.block; place += part_elements / 2)
        text += fmt::format("{}{:g}", place ? "," : " ",
                            static_cast<double>(spec.sub_block_factor(record, place)) /
                                spec.min_sub_block_factor());
    return text;
}

std::string explain(const VectorConfig& config, std::span<const std::string_view> words, size_t i) {
    const Column& column = spec_of(config.op).columns[i];
    const std::string_view word = words[i];
    if (column.kind == Kind::tag) return "";
    if (!is_hex(word)) return "unknown";
    const auto list = [&](size_t digits, bool last_first, const auto& one) {
        std::string text;
        for (size_t at = 0; at < word.size(); at += digits)
            text += (at ? " " : "") +
                    one(word.substr(last_first ? word.size() - digits - at : at, digits));
        return text;
    };
    const auto fp32 = [](std::string_view bits) { return explain_fp32(fp32_from_hex(bits)); };
    switch (column.kind) {
    case Kind::lanes:
    case Kind::block:
        return explain_codes(config, words, column, codes_of_literal(word)) + " (element 0 first)";
    case Kind::rows: {
        std::vector<uint8_t> codes = codes_of_literal(word);
        return explain_codes(config, words, column, {codes.rbegin(), codes.rend()});
    }
    case Kind::scales: {
        const Format format = column.operand == 'a' ? config.a : config.b;
        const auto digits = std::min(word.size(), static_cast<size_t>(scale_digits(format)));
        return list(digits, false, [&](std::string_view record) {
            return explain_scale(format, record_of_hex(record));
        });
    }
    case Kind::fp32: return list(8, false, fp32);
    case Kind::fp32_elements: return list(8, true, fp32) + " (element 0 first)";
    case Kind::signed_int:
        return list(2, false, [](std::string_view byte) {
            return fmt::format("{}", static_cast<int8_t>(from_hex(byte)));
        });
    default: return fmt::format("{}", from_hex(word));
    }
}

} // namespace fp4::vec
