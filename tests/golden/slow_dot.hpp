// The slow twin's accumulation profiles, from block terms and from packed rows.
#pragma once
#include <vector>

#include "fp4/packed_tensor.hpp"
#include "slow_twin.hpp"

namespace fp4::slow {

inline constexpr uint32_t nan_bits = 0x7FFFFFFF;
inline bool is_nan(uint32_t bits) { return (bits & 0x7FFFFFFF) > 0x7F800000; }
inline bool is_infinite(uint32_t bits) { return (bits & 0x7FFFFFFF) == 0x7F800000; }

struct Term {
    Exact value;
    int exponent;
    bool nan;
};

inline Term term_of(int dot_quarters, const BlockScale& a, const BlockScale& b) {
    if (a.nan || b.nan) return {0, 0, true};
    return {scaled(Exact(dot_quarters) * a.mantissa * b.mantissa, a.exponent + b.exponent - 2),
            a.alignment + b.alignment, false};
}

// NaN and infinity before any sum; otherwise false.
inline bool special_result(const std::vector<Term>& terms, uint32_t c, uint32_t& d) {
    bool nan = is_nan(c);
    for (const Term& term : terms) nan = nan || term.nan;
    d = nan ? nan_bits : c;
    return nan || is_infinite(c);
}

inline uint32_t exact_sum(const std::vector<Term>& terms, uint32_t c) {
    uint32_t d;
    if (special_result(terms, c, d)) return d;
    Exact sum = value_of_fp32(c);
    for (const Term& term : terms) sum += term.value;
    return bits_of_value(fp32_layout, sum, false);
}

inline Exact cut(const Exact& value, int exponent) { // to a multiple of 2^exponent, toward zero
    const Exact steps = scaled(abs(value), -exponent);
    const Exact magnitude = scaled(Integer(numerator(steps) / denominator(steps)), exponent);
    return value < 0 ? Exact(-magnitude) : magnitude;
}

// One step of nv-blackwell: 35 bits below the largest exponent, then truncation to binary32.
inline uint32_t fused_step(std::vector<Term> terms, uint32_t c) {
    uint32_t d;
    if (special_result(terms, c, d)) return d;
    const uint32_t field = c >> 23 & 0xFF;
    terms.push_back({value_of_fp32(c), field == 0 ? -126 : static_cast<int>(field) - 127, false});
    int largest = terms[0].exponent;
    for (const Term& term : terms) largest = std::max(largest, term.exponent);
    Exact sum = 0;
    for (const Term& term : terms) sum += cut(term.value, largest - 35);
    return bits_of_value(fp32_layout, sum, true);
}

// One term per `length` products; several of them may lie in one block.
inline std::vector<Term> terms_of_rows(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                                       uint64_t b_row, uint64_t length) {
    const auto block = static_cast<uint64_t>(block_of(a.format));
    std::vector<Term> terms;
    const auto code = [](const PackedTensor& t, uint64_t row, uint64_t k) {
        const int byte = t.codes[row * (t.k / 2) + k / 2];
        return k % 2 == 0 ? byte % 16 : byte / 16;
    };
    for (uint64_t first = 0; first < a.k; first += length) {
        const int a_byte = a.scales[a_row * (a.k / block) + first / block],
                  b_byte = b.scales[b_row * (b.k / block) + first / block];
        int dot = 0;
        for (uint64_t k = first; k < first + length; ++k)
            dot += halves_of(a.format, a.specials, a_byte, code(a, a_row, k)) *
                   halves_of(b.format, b.specials, b_byte, code(b, b_row, k));
        terms.push_back(term_of(dot, scale_of(a.format, a_byte), scale_of(b.format, b_byte)));
    }
    return terms;
}

inline uint32_t exact_dot(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                          uint64_t b_row, uint32_t c) {
    return exact_sum(terms_of_rows(a, a_row, b, b_row, 16), c);
}

// A binary32 accumulator, block by block.
inline uint32_t sequential_dot(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                               uint64_t b_row, uint32_t c) {
    for (const Term& term :
         terms_of_rows(a, a_row, b, b_row, static_cast<uint64_t>(block_of(a.format))))
        c = exact_sum({term}, c);
    return c;
}

// Chained steps of 64 products; the last one is filled with zero elements under zero scales.
inline uint32_t fused_dot(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                          uint64_t b_row, uint32_t c) {
    auto terms = terms_of_rows(a, a_row, b, b_row, 16);
    while (terms.size() % 4 != 0)
        terms.push_back(term_of(0, scale_of(a.format, 0), scale_of(b.format, 0)));
    for (size_t first = 0; first < terms.size(); first += 4)
        c = fused_step({terms.begin() + static_cast<ptrdiff_t>(first),
                        terms.begin() + static_cast<ptrdiff_t>(first) + 4},
                       c);
    return c;
}

} // namespace fp4::slow
