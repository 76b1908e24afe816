#include "tile_lines.hpp"

#include <algorithm>

#include "hex.hpp"
#include "operands.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

Status check_digits(const std::string& what, std::string_view word, size_t digits) {
    if (word.size() == digits && is_hex(word)) return Done{};
    return bad(what, std::to_string(digits) + " hexadecimal digits", word);
}

} // namespace

Status TileLines::add(const VectorConfig& config, std::span<const std::string_view> words) {
    if (words.size() < 4)
        return Error{ErrorCode::bad_file, "expected TILE t A|B|C|D row ..., found " +
                                              std::to_string(words.size()) + " words"};
    const int t = static_cast<int>(from_decimal(words[1], max_tile));
    if (t < 0) return bad("tile", "a number up to " + std::to_string(max_tile), words[1]);
    const std::string_view part = words[2];
    const bool operand = part == "A" || part == "B", output = part == "C" || part == "D";
    if (!operand && !output) return bad("part of a tile", "A, B, C or D", part);
    const int last = part == "B" ? tile_columns - 1 : tile_rows - 1;
    const int row = static_cast<int>(from_decimal(words[3], last));
    if (row < 0)
        return bad(part == "B" ? "column" : "row", "a number up to " + std::to_string(last),
                   words[3]);
    const size_t expected = operand ? 6 : 4 + tile_columns;
    if (words.size() != expected)
        return Error{ErrorCode::bad_file, "expected " + std::to_string(expected) +
                                              " words, found " + std::to_string(words.size())};

    Tile& tile = tiles_[t];
    bool first = false;
    if (operand) {
        const auto scales =
            static_cast<size_t>(scale_digits(config.a) * mma_k / spec_of(config.a).block);
        FP4_TRY(check_digits("codes", words[4], mma_k));
        FP4_TRY(check_digits("scales", words[5], scales));
        first = (part == "A" ? tile.a : tile.b)
                    .try_emplace(row, Operand{std::string(words[4]), std::string(words[5])})
                    .second;
    } else {
        for (std::string_view word : words.subspan(4)) FP4_TRY(check_digits("value", word, 8));
        first = (part == "C" ? tile.c : tile.d)
                    .try_emplace(row, Words(words.begin() + 4, words.end()))
                    .second;
    }
    if (!first) return bad(part == "B" ? "column" : "row", "each line of a tile once", words[3]);
    return Done{};
}

void TileLines::take(const std::function<void(int, int, int, const Words&)>& on_output) {
    for (const auto& [t, tile] : tiles_)
        for (const auto& [row, d] : tile.d) {
            const auto a = tile.a.find(row);
            const auto c = tile.c.find(row);
            if (a == tile.a.end() || c == tile.c.end()) continue;
            for (const auto& [column, b] : tile.b) {
                const auto n = static_cast<size_t>(column);
                on_output(t, row, column,
                          {"TILE", a->second.codes, b.codes, a->second.scales, b.scales,
                           c->second[n], d[n]});
            }
        }
    tiles_.clear();
}

} // namespace fp4::vec
