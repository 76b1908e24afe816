// The slow twin's accumulation profiles, from block terms and from packed rows.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/packed_tensor.hpp"
#include "slow_twin.hpp"

namespace fp4::slow {

inline constexpr uint32_t nan_bits = 0x7FFFFFFF;
inline bool is_nan(uint32_t bits) { return (bits & 0x7FFFFFFF) > 0x7F800000; }
inline bool is_infinite(uint32_t bits) { return (bits & 0x7FFFFFFF) == 0x7F800000; }

struct Term {
    Exact value;
    int exponent;
    bool nan;
    bool empty; // zero products, or a zero scale
};

// units: of the dot product, that make 1.0.
inline Term term_of(int dot, const BlockScale& a, const BlockScale& b, bool zero_products = false,
                    int units = 4) {
    if (a.nan || b.nan) return {0, 0, true, false};
    return {scaled(Exact(dot) * a.mantissa * b.mantissa, a.exponent + b.exponent) / units,
            a.alignment + b.alignment, false, zero_products || a.mantissa == 0 || b.mantissa == 0};
}

// The rules of fused steps, by name: what has no exponent of its own.
struct Steps {
    std::string left_out = "zero products"; // "zero scales", "zero sums"
    int zero_exponent = -139;
    int kept_bits = 35;
    size_t terms = 4;
    size_t group = 1;
    bool normalized = false;
};

// Those of public models.
inline const Steps newer{}, older{"zero scales", -126};

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

// floor(log2(abs(value))); value is not zero.
inline int leading_exponent(const Exact& value) {
    int exponent = 0;
    const Exact magnitude = abs(value);
    while (scaled(magnitude, -exponent) >= 2) ++exponent;
    while (scaled(magnitude, -exponent) < 1) --exponent;
    return exponent;
}

// One step: kept_bits below the largest exponent, then truncation to binary32. Terms that are
// missing are zero products.
inline uint32_t fused_step(const std::vector<Term>& terms, uint32_t c, const Steps& steps = newer) {
    uint32_t d;
    if (special_result(terms, c, d)) return d;
    const uint32_t field = c >> 23 & 0xFF;
    std::vector<std::pair<Exact, int>> aligned{
        {value_of_fp32(c), (c & 0x7FFFFFFF) == 0 ? steps.zero_exponent
                           : field == 0          ? -126
                                                 : static_cast<int>(field) - 127}};
    for (size_t first = 0; first < terms.size(); first += steps.group) {
        Exact sum = 0;
        bool any = false;
        int exponent = 0;
        for (size_t i = first; i < std::min(first + steps.group, terms.size()); ++i) {
            sum += terms[i].value;
            if (steps.left_out == "zero products" && terms[i].empty) continue;
            if (steps.left_out == "zero sums" && terms[i].value == 0) continue;
            exponent = any ? std::max(exponent, terms[i].exponent) : terms[i].exponent;
            any = true;
        }
        if (any && steps.normalized && sum != 0) exponent = leading_exponent(sum);
        aligned.emplace_back(sum, any ? exponent : steps.zero_exponent);
    }
    if (terms.size() < steps.terms)
        aligned.emplace_back(0, steps.left_out == "zero scales" ? 2 * -126 : steps.zero_exponent);
    int largest = aligned[0].second;
    for (const auto& [value, exponent] : aligned) largest = std::max(largest, exponent);
    Exact sum = 0;
    for (const auto& [value, exponent] : aligned) sum += cut(value, largest - steps.kept_bits);
    return bits_of_value(fp32_layout, sum, true);
}

inline uint32_t record_of(const PackedTensor& t, uint64_t row, uint64_t k) {
    const auto block = static_cast<uint64_t>(block_of(t.format)),
               bytes = static_cast<uint64_t>(test::row_of(t.format).scale_bytes),
               first = (row * (t.k / block) + k / block) * bytes;
    uint32_t record = 0;
    for (uint64_t i = bytes; i > 0; --i) record = record * 256 + t.scales[first + i - 1];
    return record;
}

inline int lane_of(const PackedTensor& t, uint64_t row, uint64_t k) {
    const int byte = t.codes[row * (t.k / 2) + k / 2];
    return lane_of(t.format, t.specials, record_of(t, row, k), k % 2 == 0 ? byte % 16 : byte / 16,
                   static_cast<int>(k % static_cast<uint64_t>(block_of(t.format))));
}

// One term per `length` products; several of them may lie in one block.
inline std::vector<Term> terms_of_rows(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                                       uint64_t b_row, uint64_t length) {
    std::vector<Term> terms;
    for (uint64_t first = 0; first < a.k; first += length) {
        int dot = 0;
        bool zero_products = true;
        for (uint64_t k = first; k < first + length; ++k) {
            const int product = lane_of(a, a_row, k) * lane_of(b, b_row, k);
            dot += product;
            zero_products = zero_products && product == 0;
        }
        terms.push_back(term_of(dot, scale_of(a.format, record_of(a, a_row, first)),
                                scale_of(b.format, record_of(b, b_row, first)), zero_products,
                                test::row_of(a.format).units * test::row_of(b.format).units));
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

// Chained steps; the last one is filled with zero elements under zero scale bytes.
inline uint32_t fused_dot(const PackedTensor& a, uint64_t a_row, const PackedTensor& b,
                          uint64_t b_row, uint32_t c, const Steps& steps = newer) {
    auto terms = terms_of_rows(a, a_row, b, b_row, 16);
    while (terms.size() % steps.terms != 0)
        terms.push_back(term_of(0, scale_of(a.format, 0), scale_of(b.format, 0), true));
    for (size_t first = 0; first < terms.size(); first += steps.terms)
        c = fused_step({terms.begin() + static_cast<ptrdiff_t>(first),
                        terms.begin() + static_cast<ptrdiff_t>(first + steps.terms)},
                       c, steps);
    return c;
}

// Profiles of public models are spelt out once more; of others the row says what they are.
inline Steps steps_of(const Arithmetic& arithmetic) {
    if (arithmetic.name == "nv-blackwell") return newer;
    if (arithmetic.name == "nv-blackwell-1") return older;
    const FusedSteps& row = arithmetic.steps;
    return {row.zero_rule == ZeroRule::zero_products ? "zero products"
            : row.zero_rule == ZeroRule::zero_scales ? "zero scales"
                                                     : "zero sums",
            row.zero_exponent,
            row.fraction_bits,
            static_cast<size_t>(row.terms),
            static_cast<size_t>(row.group_terms),
            row.normalized};
}

inline uint32_t profile_dot(const Arithmetic& arithmetic, const PackedTensor& a, uint64_t a_row,
                            const PackedTensor& b, uint64_t b_row, uint32_t c) {
    if (arithmetic.name == "exact") return exact_dot(a, a_row, b, b_row, c);
    if (arithmetic.name == "fp32-seq") return sequential_dot(a, a_row, b, b_row, c);
    return fused_dot(a, a_row, b, b_row, c, steps_of(arithmetic));
}

} // namespace fp4::slow
