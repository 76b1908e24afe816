#include "explain.hpp"

#include <fmt/format.h>

#include "fp4/decode.hpp"
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
        const size_t block = i / static_cast<size_t>(spec_of(format).block);
        const auto byte = static_cast<uint8_t>(
            2 * block < scales.size() ? from_hex(scales.substr(2 * block, 2)) : 0);
        text += (i ? " " : "") +
                explain_halves(element_halves(format, config.specials, byte, {codes[i]}));
    }
    return text;
}

} // namespace

std::string explain_fp32(Fp32 value) {
    return value.is_nan() ? "NaN" : fmt::format("{:.9g}", value.to_float());
}
std::string explain_halves(int halves) { return fmt::format("{:g}", halves * 0.5); }

std::string explain_scale(Format format, uint8_t scale_byte) {
    const Scale scale = block_scale(format, scale_byte);
    return scale.nan ? "NaN" : fmt::format("{:.9g}", scale_to_float(scale));
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
    case Kind::scales:
        return list(2, false, [&](std::string_view byte) {
            return explain_scale(column.operand == 'a' ? config.a : config.b,
                                 static_cast<uint8_t>(from_hex(byte)));
        });
    case Kind::fp32: return list(8, false, fp32);
    case Kind::fp32_elements: return list(8, true, fp32) + " (element 0 first)";
    case Kind::signed_int: return fmt::format("{}", static_cast<int8_t>(from_hex(word)));
    default: return fmt::format("{}", from_hex(word));
    }
}

} // namespace fp4::vec
