#include "operands.hpp"

#include "fp4/formats/decode.hpp"
#include "splitmix64.hpp"

namespace fp4::vec {

std::string literal(std::span<const uint8_t> codes) {
    return to_hex(std::vector<uint8_t>(codes.rbegin(), codes.rend()));
}

std::vector<uint8_t> codes_of_literal(std::string_view text) {
    std::vector<uint8_t> codes;
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit)
        codes.push_back(static_cast<uint8_t>(hex_digit(*digit)));
    return codes;
}

PackedTensor packed_rows(Format format, Specials specials, int rows, int k, std::string_view text,
                         std::string_view scales) {
    PackedTensor tensor{
        {format, specials}, static_cast<uint64_t>(rows), static_cast<uint64_t>(k), {}, {}};
    for (size_t i = 0; i < text.size(); i += 2)
        tensor.codes.push_back(
            static_cast<uint8_t>(hex_digit(text[i]) | hex_digit(text[i + 1]) << 4));
    for (size_t i = 0; i < scales.size(); i += 2)
        tensor.scales.push_back(static_cast<uint8_t>(from_hex(scales.substr(i, 2))));
    return tensor;
}

PackedTensor packed_lanes(Format format, Specials specials, std::string_view text,
                          std::string_view scale) {
    const int block = spec_of(format).block;
    std::string rows = to_hex(codes_of_literal(text));
    rows.resize(static_cast<size_t>(block), '0');
    return packed_rows(format, specials, 1, block, rows, scale);
}

std::string scale_hex(Format format, uint8_t scale_byte, const Lanes& lanes) {
    std::string text = to_hex(scale_byte, 2);
    uint64_t seed = scale_byte;
    for (const uint8_t code : lanes) seed = seed * 31 + (code & 15);
    SplitMix64 random(seed, 0);
    for (int i = 1; i < spec_of(format).scale_bytes(); ++i) text += to_hex(random.below(256), 2);
    return text;
}

ScaleRecord record_of_hex(std::string_view text) {
    ScaleRecord record = 0;
    for (size_t at = text.size(); at > 0; at -= 2)
        record = record << 8 | static_cast<ScaleRecord>(from_hex(text.substr(at - 2, 2)));
    return record;
}

Fp32 fp32_from_hex(std::string_view text) { return {static_cast<uint32_t>(from_hex(text))}; }

BlockTerm term_of(const PackedTensor& a, const PackedTensor& b) {
    const auto lanes = [](const PackedTensor& t) {
        return decode_lanes(t.format, t.specials, t.scale_record(0),
                            std::span(t.codes).first<dot_lanes / 2>());
    };
    return block_term(lanes(a), block_scale(a.format, a.scale_record(0)), lanes(b),
                      block_scale(b.format, b.scale_record(0)), product_units(a.format, b.format));
}

} // namespace fp4::vec
