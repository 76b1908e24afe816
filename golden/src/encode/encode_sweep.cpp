#include "fp4/encode/encode_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "estimate_errors.hpp"
#include "fast/wider.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/encode/encoded_block.hpp"

namespace fp4 {
namespace {

// The entries of a code book under a scale, ascending, and the midpoints between them.
struct Entries {
    size_t count;
    std::array<double, 16> value, midpoint;

    Entries(std::span<const double> lanes, double step, double units) : count(lanes.size()) {
        for (size_t j = 0; j < count; ++j) value[j] = lanes[j] * step / units;
        for (size_t j = 0; j + 1 < count; ++j)
            midpoint[j] = (lanes[j] + lanes[j + 1]) * 0.5 * step / units;
    }
};

// Which entry each element is nearest to, as numbers, and the squared error of all.
struct Nearest {
    std::array<double, max_block> entry;
    double error = 0;
};

// The entry of an element is the number of midpoints below it. Elements in chunks, until the error
// exceeds the limit.
template <size_t chunk>
[[gnu::always_inline]] inline void find_nearest(const Entries& entries, std::span<const double> x,
                                                double limit, Nearest& out) {
    for (size_t first = 0; first < x.size() && out.error <= limit; first += chunk) {
        std::array<double, chunk> y, entry{}, value;
        for (size_t i = 0; i < chunk; ++i) y[i] = x[first + i], value[i] = entries.value[0];
        for (size_t j = 0; j + 1 < entries.count; ++j) {
            const double midpoint = entries.midpoint[j], next = entries.value[j + 1];
            for (size_t i = 0; i < chunk; ++i) {
                const bool above = y[i] > midpoint;
                entry[i] += above ? 1.0 : 0.0;
                value[i] = above ? next : value[i];
            }
        }
        for (size_t i = 0; i < chunk; ++i) {
            const double difference = value[i] - y[i];
            out.error += difference * difference;
            out.entry[first + i] = entry[i];
        }
    }
}

FP4_WIDER void find_nearest_8(const Entries& entries, std::span<const double> x, double limit,
                              Nearest& out) {
    find_nearest<8>(entries, x, limit, out);
}
FP4_WIDER void find_nearest_4(const Entries& entries, std::span<const double> x, double limit,
                              Nearest& out) {
    find_nearest<4>(entries, x, limit, out);
}

// Where the error exceeds the limit the entries are not to be used.
Nearest nearest(const Entries& entries, std::span<const double> x, double limit) {
    Nearest out;
    if (x.size() % 8 == 0)
        find_nearest_8(entries, x, limit, out);
    else if (x.size() % 4 == 0)
        find_nearest_4(entries, x, limit, out);
    else
        find_nearest<1>(entries, x, limit, out);
    return out;
}

RoughEntries rough_entries(std::span<const double> lanes, double units) {
    RoughEntries out{lanes.size()};
    for (size_t j = 0; j < lanes.size(); ++j) out.value[j] = static_cast<float>(lanes[j] / units);
    for (size_t j = 0; j + 1 < lanes.size(); ++j)
        out.midpoint[j] = static_cast<float>((lanes[j] + lanes[j + 1]) * 0.5 / units);
    return out;
}

} // namespace

SweepEncoder::SweepEncoder(Format format, Specials specials, int e3m3_max)
    : spec_(spec_of(format)), units_(spec_.lane_units()),
      first_payload_(spec_.scale_spec().min_payload()),
      last_payload_(spec_.has_e3m3_max() && e3m3_max == 30 ? spec_.scale_spec().max_payload
                                                           : spec_.encode_max) {
    for (int payload = first_payload_; payload <= last_payload_; ++payload)
        scales_[static_cast<size_t>(payload)] =
            scale_to_float(decode_scale(spec_.scale_spec(), payload));
    const int factor = spec_.min_sub_block_factor(); // of elements under an empty record
    for (int selector = 0; selector < spec_.selectors(); ++selector) {
        Book& book = books_[static_cast<size_t>(selector)];
        book.byte = spec_.byte_of_selector(selector);
        std::array<uint8_t, 16> codes;
        for (uint8_t code = 0; code < 16; ++code) codes[code] = code;
        const auto lane = [&](uint8_t code) {
            return element_lane(format, specials, book.byte, Element{code}) / factor;
        };
        std::ranges::stable_sort(codes, {}, lane);
        for (const uint8_t code : codes) { // of equal values the first code stays
            const double value = lane(code);
            const auto last = static_cast<size_t>(book.count);
            if (last && book.lanes[last - 1] == value) continue;
            book.codes[last] = code;
            book.lanes[last] = value;
            ++book.count;
            book.largest = std::max(book.largest, std::fabs(value));
            if (value != 0 && (book.smallest == 0 || std::fabs(value) < book.smallest))
                book.smallest = std::fabs(value);
        }
        for (int before = 0; before < selector; ++before)
            book.repeated =
                book.repeated || books_[static_cast<size_t>(before)].lanes == book.lanes;
    }
}

Element SweepEncoder::element(float x, uint8_t scale_byte, float multiplier) const {
    const Book& book = books_[static_cast<size_t>(spec_.selector(scale_byte))];
    const double step = double{scale_to_float(decode_scale(
                            spec_.scale_spec(), scale_byte & spec_.scale_spec().payload_mask()))} *
                        double{multiplier};
    if (step == 0) return {0};
    const std::array value{double{x}};
    const Nearest found =
        nearest(Entries(std::span(book.lanes).first(static_cast<size_t>(book.count)), step, units_),
                value, std::numeric_limits<double>::infinity());
    return {book.codes[static_cast<size_t>(found.entry[0])]};
}

SweepEncoder::Tried SweepEncoder::attempt(const Book& book, double step, std::span<const double> x,
                                          double limit) const {
    const auto lanes = std::span(book.lanes).first(static_cast<size_t>(book.count));
    Tried out{book.byte, 0, {}};
    if (!spec_.has_sub_blocks()) {
        const Nearest found = nearest(Entries(lanes, step, units_), x, limit);
        out.error = found.error;
        for (size_t i = 0; i < x.size() && found.error <= limit; ++i)
            out.codes[i] = book.codes[static_cast<size_t>(found.entry[i])];
        return out;
    }
    constexpr size_t half = part_elements / 2; // has one factor
    for (size_t first = 0; first < x.size() && out.error <= limit; first += part_elements) {
        double best = std::numeric_limits<double>::infinity();
        ScaleRecord best_setting = 0;
        // Settings have factors in common. One that was given up at a limit is out for good, since
        // limits only fall.
        std::array<std::array<std::optional<Nearest>, 8>, 2> by_factor;
        for (int i = 0; i < spec_.part_settings(); ++i) {
            const ScaleRecord setting =
                spec_.part_setting(static_cast<int>(first / part_elements), i);
            std::array<const Nearest*, 2> found{};
            double error = 0;
            for (size_t h = 0; h < found.size() && error < best; ++h) {
                const size_t at = first + h * half;
                const int factor = spec_.sub_block_factor(setting, static_cast<int>(at));
                auto& of_factor = by_factor[h][static_cast<size_t>(factor)];
                if (!of_factor)
                    of_factor =
                        nearest(Entries(lanes, step * factor, units_), x.subspan(at, half), best);
                found[h] = &*of_factor;
                error += found[h]->error;
            }
            if (!(error < best)) continue;
            best = error;
            best_setting = setting;
            for (size_t k = 0; k < part_elements; ++k)
                out.codes[first + k] =
                    book.codes[static_cast<size_t>(found[k / half]->entry[k % half])];
        }
        out.record |= best_setting;
        out.error += best;
    }
    return out;
}

ScaleRecord SweepEncoder::operator()(std::span<const float> x, float multiplier,
                                     std::span<uint8_t> codes) const {
    const double amax = amax_of(x);
    std::ranges::fill(codes, uint8_t{0});
    if (amax == 0) return 0;
    std::array<double, max_block> copy;
    std::ranges::copy(x, copy.begin());
    const auto values = std::span<const double>(copy).first(x.size());
    const auto step = [&](int payload) {
        return scales_[static_cast<size_t>(payload)] * double{multiplier};
    };
    double best = std::numeric_limits<double>::infinity();
    int best_selector = -1;
    ScaleRecord best_record = 0;
    const auto try_payload = [&](int selector, int payload, bool wins_ties) {
        const Tried tried =
            attempt(books_[static_cast<size_t>(selector)], step(payload), values, best);
        if (tried.error > best || (tried.error == best && !wins_ties)) return;
        best = tried.error;
        best_selector = selector;
        best_record = tried.record | static_cast<ScaleRecord>(payload);
        std::copy_n(tried.codes.begin(), codes.size(), codes.begin());
    };
    const auto largest = [&](const Book& book) {
        return book.largest * spec_.max_sub_block_factor() / units_;
    };
    // Upwards from the largest scale that does not reach amax until every element is nearest to
    // zero; downwards until the largest element alone misses by more than the best.
    const auto first_of = [&](const Book& book) {
        const auto above =
            std::upper_bound(scales_.begin() + first_payload_, scales_.begin() + last_payload_ + 1,
                             amax, [&](double value, double scale) {
                                 return value < largest(book) * (scale * double{multiplier});
                             });
        return std::max(static_cast<int>(above - scales_.begin()) - 1, first_payload_);
    };
    const auto is_last_above = [&](const Book& book, int payload) {
        return book.smallest * spec_.min_sub_block_factor() / units_ * step(payload) > 2 * amax;
    };
    const auto missing = [&](const Book& book, int payload) {
        return std::max(0.0, amax - largest(book) * step(payload));
    };

    // Estimates in binary32 leave few scales whose error is worth knowing; there are none where
    // parts have factors of their own. The block's largest magnitude is brought to 1 to 2, where
    // squares neither overflow nor vanish.
    const bool estimates = !spec_.has_sub_blocks() && x.size() % estimated_run == 0;
    const double unit = std::ldexp(1.0, -std::ilogb(amax));
    std::array<float, max_block> rough;
    float sum_of_squares = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        rough[i] = static_cast<float>(values[i] * unit);
        sum_of_squares += rough[i] * rough[i];
    }
    float best_estimate = std::numeric_limits<float>::infinity();
    const auto limit = [&] {
        return best_estimate + estimate_tolerance * (best_estimate + sum_of_squares);
    };
    std::array<RoughScales, 4> scales;
    for (int selector = 0; selector < spec_.selectors(); ++selector) {
        const Book& book = books_[static_cast<size_t>(selector)];
        if (book.repeated) continue;
        RoughScales& of_book = scales[static_cast<size_t>(selector)];
        const auto lanes = std::span(book.lanes).first(static_cast<size_t>(book.count));
        const auto estimate_added = [&](size_t from) {
            if (!estimates) return;
            estimate_errors(rough_entries(lanes, units_), std::span(rough).first(x.size()), from,
                            of_book);
            for (size_t s = from; s < of_book.count; ++s)
                if (of_book.error[s] < best_estimate) best_estimate = of_book.error[s];
        };
        const int first = first_of(book);
        for (int payload = first; payload <= last_payload_; ++payload) {
            of_book.add(payload, step(payload) * unit);
            if (is_last_above(book, payload)) break;
        }
        estimate_added(0);
        const size_t above = of_book.count;
        for (int payload = first - 1; payload >= first_payload_; --payload) {
            const double least = missing(book, payload) * unit;
            if (least * least > double{limit()}) break;
            of_book.add(payload, step(payload) * unit);
        }
        estimate_added(above);
    }
    for (int selector = 0; selector < spec_.selectors(); ++selector) {
        const RoughScales& of_book = scales[static_cast<size_t>(selector)];
        for (size_t s = 0; s < of_book.count; ++s) {
            const int payload = of_book.payload[s];
            const double least = missing(books_[static_cast<size_t>(selector)], payload);
            if (of_book.error[s] > limit() || least * least > best) continue; // NaN is tried
            const auto best_payload =
                static_cast<int>(best_record & spec_.scale_spec().payload_mask());
            try_payload(selector, payload, best_selector == selector && payload < best_payload);
        }
    }
    return best_record;
}

} // namespace fp4
