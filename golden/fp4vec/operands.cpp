#include "operands.hpp"

#include "fp4/decode.hpp"

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
    PackedTensor tensor{format, specials, static_cast<uint64_t>(rows), static_cast<uint64_t>(k),
                        {},     {}};
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

Fp32 fp32_from_hex(std::string_view text) { return {static_cast<uint32_t>(from_hex(text))}; }

BlockTerm term_of(const PackedTensor& a, const PackedTensor& b) {
    const auto lanes = [](const PackedTensor& t) {
        return decode_lanes(t.format, t.specials, t.scales[0],
                            std::span(t.codes).first<dot_lanes / 2>());
    };
    return block_term(lanes(a), block_scale(a.format, a.scales[0]), lanes(b),
                      block_scale(b.format, b.scales[0]));
}

} // namespace fp4::vec
