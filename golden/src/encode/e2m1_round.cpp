#include "encode/e2m1_round.hpp"

#include <cmath>

#include "encode/code_book_round.hpp"
#include "nearest_magnitude.hpp"

namespace fp4 {
namespace {

constexpr const CodeBookGrid& grid = grid_of(CodeBookType::e2m1);

constexpr E2m1 with_sign(uint8_t magnitude, bool negative) {
    return {negative ? grid.negative[magnitude] : magnitude};
}

} // namespace

E2m1 encode_e2m1_rne(float y) { return {encode_rne(CodeBookType::e2m1, y).code}; }

E2m1 encode_e2m1_rne_neg(float y) { return {encode_rne_neg(CodeBookType::e2m1, y).code}; }

E2m1 encode_e2m1_floor_ties(float y) {
    const uint8_t magnitude = y < 0 ? nearest_magnitude<Ties::away>(grid, y)
                                    : nearest_magnitude<Ties::toward_zero>(grid, y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

E2m1 encode_e2m1_zero_ties(float y) {
    const uint8_t magnitude = nearest_magnitude<Ties::toward_zero>(grid, y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

E2m1 encode_e2m1_away_ties(float y) {
    const uint8_t magnitude = nearest_magnitude<Ties::away>(grid, y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

} // namespace fp4
