#include "encode/code_book_round.hpp"

#include "nearest_magnitude.hpp"

namespace fp4 {
namespace {

Element nearest_even(CodeBookType book, float y, bool negative) {
    const CodeBookGrid& grid = grid_of(book);
    const uint8_t magnitude = nearest_magnitude<Ties::even>(grid, y);
    return {negative ? grid.negative[magnitude] : magnitude};
}

} // namespace

Element encode_rne(CodeBookType book, float y) {
    return nearest_even(book, y, std::signbit(y) && !std::isnan(y));
}

Element encode_rne_neg(CodeBookType book, float y) { return nearest_even(book, y, y < 0); }

} // namespace fp4
