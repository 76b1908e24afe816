#include "fp4/encode_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fp4/decode.hpp"
#include "fp4/encoded_block.hpp"

namespace fp4 {
namespace {

constexpr size_t largest_block = 32;
static_assert(std::ranges::all_of(format_specs, [](const FormatSpec& spec) {
    return spec.block <= static_cast<int>(largest_block);
}));

// Which entry each element is nearest to, and the squared error of all.
struct Nearest {
    std::array<double, largest_block> entry{}; // indices, as numbers
    double error = 0;
};

// The entry of an element is the number of midpoints below it.
Nearest nearest(std::span<const double> halves, double half_step, std::span<const double> x) {
    Nearest out;
    std::array<double, largest_block> value;
    value.fill(halves[0] * half_step);
    for (size_t j = 0; j + 1 < halves.size(); ++j) {
        const double midpoint = (halves[j] + halves[j + 1]) * 0.5 * half_step,
                     next = halves[j + 1] * half_step;
        for (size_t i = 0; i < x.size(); ++i) {
            const bool above = x[i] > midpoint;
            out.entry[i] += above ? 1.0 : 0.0;
            value[i] = above ? next : value[i];
        }
    }
    for (size_t i = 0; i < x.size(); ++i) {
        const double difference = value[i] - x[i];
        out.error += difference * difference;
    }
    return out;
}

} // namespace

SweepEncoder::SweepEncoder(Format format, Specials specials, int e3m3_max)
    : spec_(spec_of(format)), first_payload_(spec_.scale_spec().min_payload()),
      last_payload_(spec_.has_e3m3_max() && e3m3_max == 30 ? spec_.scale_spec().max_payload
                                                           : spec_.encode_max) {
    for (int payload = first_payload_; payload <= last_payload_; ++payload)
        half_steps_[static_cast<size_t>(payload)] =
            0.5 * double{scale_to_float(decode_scale(spec_.scale_spec(), payload))};
    for (int selector = 0; selector < spec_.selectors(); ++selector) {
        Book& book = books_[static_cast<size_t>(selector)];
        book.byte = spec_.byte_of_selector(selector);
        std::array<uint8_t, 16> codes;
        for (uint8_t code = 0; code < 16; ++code) codes[code] = code;
        const auto halves = [&](uint8_t code) {
            return element_halves(format, specials, book.byte, Element{code});
        };
        std::ranges::stable_sort(codes, {}, halves);
        for (const uint8_t code : codes) { // of equal values the first code stays
            const double value = halves(code);
            const auto last = static_cast<size_t>(book.count);
            if (last && book.halves[last - 1] == value) continue;
            book.codes[last] = code;
            book.halves[last] = value;
            ++book.count;
            book.largest = std::max(book.largest, std::fabs(value));
            if (value != 0 && (book.smallest == 0 || std::fabs(value) < book.smallest))
                book.smallest = std::fabs(value);
        }
        for (int before = 0; before < selector; ++before)
            book.repeated =
                book.repeated || books_[static_cast<size_t>(before)].halves == book.halves;
    }
}

Element SweepEncoder::element(float x, uint8_t scale_byte, float multiplier) const {
    const Book& book = books_[static_cast<size_t>(spec_.selector(scale_byte))];
    const double half_step =
        0.5 *
        double{scale_to_float(
            decode_scale(spec_.scale_spec(), scale_byte & spec_.scale_spec().payload_mask()))} *
        double{multiplier};
    if (half_step == 0) return {0};
    const std::array value{double{x}};
    const Nearest found =
        nearest(std::span(book.halves).first(static_cast<size_t>(book.count)), half_step, value);
    return {book.codes[static_cast<size_t>(found.entry[0])]};
}

uint8_t SweepEncoder::operator()(std::span<const float> x, float multiplier,
                                 std::span<uint8_t> codes) const {
    const double amax = amax_of(x);
    std::ranges::fill(codes, uint8_t{0});
    if (amax == 0) return 0;
    std::array<double, largest_block> copy;
    std::ranges::copy(x, copy.begin());
    const auto values = std::span<const double>(copy).first(x.size());
    const auto half_step = [&](int payload) {
        return half_steps_[static_cast<size_t>(payload)] * double{multiplier};
    };
    double best = std::numeric_limits<double>::infinity();
    int best_selector = -1;
    uint8_t best_byte = 0;
    for (int selector = 0; selector < spec_.selectors(); ++selector) {
        const Book& book = books_[static_cast<size_t>(selector)];
        if (book.repeated) continue;
        const auto halves = std::span(book.halves).first(static_cast<size_t>(book.count));
        const auto try_payload = [&](int payload, bool wins_ties) {
            const Nearest found = nearest(halves, half_step(payload), values);
            if (found.error > best || (found.error == best && !wins_ties)) return;
            best = found.error;
            best_selector = selector;
            best_byte = static_cast<uint8_t>(book.byte | payload);
            for (size_t i = 0; i < values.size(); ++i)
                codes[i] = book.codes[static_cast<size_t>(found.entry[i])];
        };
        // From the largest scale that does not reach amax: upwards until every element is nearest
        // to zero, downwards until the largest element alone misses by more than the best.
        const auto above = std::upper_bound(
            half_steps_.begin() + first_payload_, half_steps_.begin() + last_payload_ + 1, amax,
            [&](double value, double half) {
                return value < book.largest * (half * double{multiplier});
            });
        const int first =
            std::max(static_cast<int>(above - half_steps_.begin()) - 1, first_payload_);
        for (int payload = first; payload <= last_payload_; ++payload) {
            try_payload(payload, false);
            if (book.smallest * half_step(payload) > 2 * amax) break;
        }
        for (int payload = first - 1; payload >= first_payload_; --payload) {
            const double missing = amax - book.largest * half_step(payload);
            if (missing > 0 && missing * missing > best) break;
            try_payload(payload, best_selector == selector);
        }
    }
    return best_byte;
}

} // namespace fp4
