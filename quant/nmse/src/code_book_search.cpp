#include "fp4/quant/nmse/code_book_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "fp4/encode/encoder.hpp"
#include "fp4/formats/scale.hpp"
#include "fp4/quant/nmse/nmse_data.hpp"

namespace fp4::quant {
namespace {

constexpr size_t block = 16;
constexpr float largest_element = 6; // E2M1's: it and the largest scale make the tensor scale
constexpr std::array<int, 7> e2m1_magnitudes{1, 2, 3, 4, 6, 8, 12};

using Block [[gnu::vector_size(block * sizeof(float))]] = float;

// Different values in ascending order, and the midpoint between each and the next.
struct Sorted {
    size_t count = 0;
    std::array<float, 16> value{}, midpoint{};

    explicit Sorted(const CodeBookHalves& book) {
        const std::set<int> halves(book.begin(), book.end());
        for (const int each : halves) value[count++] = static_cast<float>(each) / 2;
        for (size_t i = 0; i + 1 < count; ++i) midpoint[i] = (value[i] + value[i + 1]) / 2;
    }
    float largest() const { return std::max(-value[0], value[count - 1]); }
};

[[gnu::always_inline]] inline float squared_error(const Sorted& book, const float* x, float scale) {
    Block y;
    std::memcpy(&y, x, sizeof y);
    y *= 1 / scale;
    Block nearest = Block{} + book.value[0];
    for (size_t i = 0; i + 1 < book.count; ++i)
        nearest = y > book.midpoint[i] ? Block{} + book.value[i + 1] : nearest;
    const Block difference = nearest - y;
    float sum = 0;
    for (size_t i = 0; i < block; ++i) sum += difference[i] * difference[i];
    return sum * scale * scale;
}

// Scales that are not 0, falling.
std::vector<float> falling_scales() {
    const ScaleSpec& spec = spec_of(ScaleType::ue4m3);
    std::vector<float> out;
    for (int payload = spec_of(Format::nvfp4).encode_max; payload >= spec.min_payload(); --payload)
        out.push_back(scale_to_float(decode_scale(spec, static_cast<uint8_t>(payload))));
    return out;
}

// Under scales of four times the largest magnitude and more everything is nearest to 0, since no
// value lies below 1/2; under small ones the largest value alone costs too much.
float block_error(const Sorted& book, const float* x, const std::vector<float>& scales) {
    float largest = 0;
    for (size_t i = 0; i < block; ++i) largest = std::max(largest, std::abs(x[i]));
    float best = std::numeric_limits<float>::infinity();
    for (size_t s = 0; s < scales.size(); ++s) {
        if (s + 1 < scales.size() && scales[s + 1] >= 4 * largest) continue;
        const float beyond = largest - book.largest() * scales[s];
        if (beyond > 0 && beyond * beyond > best) break;
        best = std::min(best, squared_error(book, x, scales[s]));
    }
    return best;
}

std::vector<int> specials(const std::array<int, 7>& magnitudes, int lowest, int highest) {
    std::vector<int> out;
    for (int each = lowest; each <= highest; ++each)
        if (std::ranges::find(magnitudes, std::abs(each)) == magnitudes.end()) out.push_back(each);
    return out;
}

} // namespace

CodeBookHalves code_book_halves(const std::array<int, 7>& magnitudes, int special) {
    CodeBookHalves out{};
    for (size_t i = 0; i < magnitudes.size(); ++i) {
        out[i + 1] = magnitudes[i];
        out[i + 9] = -magnitudes[i];
    }
    out[8] = special;
    return out;
}

bool is_code_book_pair(Format format) {
    const FormatSpec& spec = spec_of(format);
    return spec.block == block && spec.scale == ScaleType::ue4m3 && spec.lane_units() == 2 &&
           spec.largest_element() == largest_element && default_encoder(format);
}

CodeBookPair code_books_of(Format format) {
    const FormatSpec& spec = spec_of(format);
    const auto book = [&](int selector) {
        CodeBookHalves out{};
        const auto byte = spec.byte_of_selector(selector);
        const auto& lanes =
            lane_tables[static_cast<size_t>(format)][spec.has_other_code_book(byte)];
        std::ranges::copy(lanes, out.begin());
        if (spec.has_specials())
            out[static_cast<size_t>(spec.sentinel)] =
                selector ? -Specials{}.v1_halves : Specials{}.v1_halves;
        return out;
    };
    return {book(0), book(1)};
}

std::vector<CodeBookPair> code_book_pairs(int largest_halves) {
    std::vector<CodeBookPair> out;
    std::vector<int> is_taken(static_cast<size_t>(largest_halves), 0);
    std::fill_n(is_taken.begin(), std::min<size_t>(7, is_taken.size()), 1);
    if (is_taken.size() < 7) return out;
    do {
        std::array<int, 7> magnitudes;
        for (size_t i = 0, n = 0; i < is_taken.size(); ++i)
            if (is_taken[i]) magnitudes[n++] = static_cast<int>(i) + 1;
        for (const int other : specials(magnitudes, -largest_halves, largest_halves))
            for (const int first : specials(e2m1_magnitudes, 0, largest_halves))
                if (first > 0 || other >= 0)
                    out.push_back({code_book_halves(e2m1_magnitudes, first),
                                   code_book_halves(magnitudes, other)});
    } while (std::ranges::prev_permutation(is_taken).found);
    return out;
}

CodeBookErrors::CodeBookErrors(std::vector<float> x) : x_(std::move(x)) {
    float largest = 0;
    for (const float each : x_) largest = std::max(largest, std::abs(each));
    const float tensor_scale = largest / (largest_element * falling_scales().front());
    for (float& each : x_) {
        each /= tensor_scale;
        square_ += double{each} * double{each};
    }
}

std::vector<float> CodeBookErrors::of_blocks(const CodeBookHalves& book) const {
    static const auto scales = falling_scales();
    const Sorted sorted(book);
    std::vector<float> out(x_.size() / block);
    for (size_t i = 0; i < out.size(); ++i) out[i] = block_error(sorted, &x_[i * block], scales);
    return out;
}

double CodeBookErrors::nmse(const std::vector<float>& first,
                            const std::vector<float>& other) const {
    double sum = 0;
    for (size_t i = 0; i < first.size(); ++i) sum += double{std::min(first[i], other[i])};
    return sum / square_;
}

std::vector<CodeBookResult> search_code_books(const std::vector<CodeBookPair>& pairs, uint64_t seed,
                                              uint64_t values,
                                              const std::function<void(size_t)>& progress) {
    static_assert(nmse_sets[0].shape == Shape::normal && nmse_sets[1].shape == Shape::student5);
    std::vector<CodeBookResult> out;
    for (const CodeBookPair& pair : pairs) out.push_back({.pair = pair});
    for (size_t set = 0; set < 2; ++set) {
        const CodeBookErrors errors(nmse_data(set, seed, values));
        std::map<CodeBookHalves, std::vector<float>> firsts;
        std::vector<float> other;
        for (size_t i = 0; i < pairs.size(); ++i) {
            auto& first = firsts[pairs[i].first];
            if (first.empty()) first = errors.of_blocks(pairs[i].first);
            if (i == 0 || pairs[i].other != pairs[i - 1].other)
                other = errors.of_blocks(pairs[i].other);
            out[i].nmse[set] = errors.nmse(first, other);
            progress(set * pairs.size() + i + 1);
        }
    }
    return out;
}

} // namespace fp4::quant
