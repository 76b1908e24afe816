#include "codebooks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fp4::quant {
namespace {

Codebook codebook_of(const ElementEncoder& elements, uint8_t scale_byte) {
    Codebook book;
    for (uint8_t code = 0; code < 16; ++code) {
        const float value = elements.value({code}, scale_byte);
        if (std::isfinite(value) &&
            std::ranges::none_of(book, [&](const Choice& each) { return each.value == value; }))
            book.push_back({value, code});
    }
    std::ranges::sort(book, {}, &Choice::value);
    return book;
}

} // namespace

Codebooks::Codebooks(Encoder encoder, Format format, const TensorScale& tensor_scale,
                     const Specials& specials)
    : elements_(encoder, format, tensor_scale, specials) {
    for (size_t byte = 0; byte < books_.size(); ++byte)
        books_[byte] = codebook_of(elements_, static_cast<uint8_t>(byte));
}

Interval Codebooks::neighbors(float w, uint8_t scale_byte) const {
    const Codebook& book = books_[scale_byte];
    if (book.size() < 2) return {{0, 0}, {0, 0}, 0};
    const size_t last = book.size() - 1;
    auto above = static_cast<size_t>(std::ranges::lower_bound(book, w, {}, &Choice::value) -
                                     book.begin()); // the first value not below w
    if (above <= last && book[above].value == w && w >= 0 && above < last)
        ++above; // on a value: the interval away from zero
    above = std::clamp<size_t>(above, 1, last);
    const Choice low = book[above - 1], up = book[above];
    const double position = (double{w} - low.value) / (double{up.value} - low.value);
    return {low, up, static_cast<float>(std::clamp(position, 0.0, 1.0))};
}

Interval Codebooks::interval(float w, uint8_t scale_byte) const {
    auto out = neighbors(w, scale_byte);
    if (out.empty()) return out;
    // What the encoder gives a weight of this sign that rounds to zero.
    for (Choice* each : {&out.low, &out.up})
        if (each->value == 0)
            each->code = nearest(w == 0 ? w : std::copysign(std::numeric_limits<float>::min(), w),
                                 scale_byte);
    return out;
}

} // namespace fp4::quant
