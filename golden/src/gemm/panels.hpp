// Both operands of gemm_fast in the layout its kernels read.
#pragma once
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/packed_tensor.hpp"
#include "gemm_kernels.hpp"
#include "operand_tables.hpp"

namespace fp4::fast {

// Lines of panels begin at cache lines; what is resized is left to be written.
template <class T>
struct CacheAligned {
    using value_type = T;
    CacheAligned() = default;
    template <class U>
    CacheAligned(const CacheAligned<U>&) {}
    T* allocate(size_t n) {
        return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64}));
    }
    template <class U>
    void construct(U* p) {
        ::new (static_cast<void*>(p)) U;
    }
    template <class U, class... Args>
    void construct(U* p, Args&&... args) {
        ::new (static_cast<void*>(p)) U(std::forward<Args>(args)...);
    }
    void deallocate(T* p, size_t) { ::operator delete (p, std::align_val_t{64}); }
    friend bool operator==(const CacheAligned&, const CacheAligned&) { return true; }
};
template <class T>
using AlignedVector = std::vector<T, CacheAligned<T>>;

// Exponents of the blocks of a row that are not empty: `base` and `base + span` are the smallest
// and the largest.
struct ExponentRange {
    int base = 0;
    int span = 0;
};

// How a tensor is cut for a profile: `block` elements under one scale word. Blocks of 32 are two
// words where 16 products are one term.
struct Blocking {
    int block;
    int scale_shift; // block i has scale byte i >> scale_shift
    uint64_t blocks; // per row
};
Blocking blocking_of(Format format, uint64_t k, const Arithmetic& arithmetic);

// Whether sums of this profile run in windows of the exponents (Kernels::exact_shifted).
inline bool is_shifted(Format format, const Arithmetic& arithmetic) {
    return arithmetic.accumulation == Accumulation::exact &&
           spec_of(format).scale_spec().exponent_only();
}

// Whether the kernels' bounds hold for a profile: all of arithmetic_profiles. Others take the
// reference path.
constexpr bool has_kernels(const Arithmetic& arithmetic) {
    const FusedSteps& steps = arithmetic.steps;
    return arithmetic.accumulation != Accumulation::fused_steps ||
           (steps.terms == 4 && steps.group_terms == 1 && !steps.normalized &&
            steps.fraction_bits >= 8 && steps.fraction_bits <= 35 &&
            steps.zero_rule != ZeroRule::zero_sums &&
            (steps.zero_rule == ZeroRule::zero_products ||
             steps.zero_exponent == zero_scale_exponent) &&
            arithmetic.rounding == Rounding::toward_zero && is_sound(arithmetic));
}
static_assert([] {
    for (const Arithmetic& profile : arithmetic_profiles)
        if (!has_kernels(profile)) return false;
    return true;
}());

inline FusedRule fused_rule_of(const FusedSteps& steps) {
    return {steps.fraction_bits, steps.zero_rule == ZeroRule::zero_products, steps.zero_exponent};
}

// The same for an operand in it. Lanes are half-units of whole blocks. Scales that are exponents
// only come over blocks of 32 whose dot stays below 2^13, others over blocks of 16 and, where sums
// are exact, as integers whose sum fits an int64. Other operands take the reference path.
constexpr bool has_kernels(const FormatSpec& format, const Arithmetic& arithmetic) {
    if (!has_kernels(arithmetic)) return false;
    if (format.has_sub_blocks() || format.lane_units() != 2) return false;
    if (format.exponent_only_scales())
        return format.block == 32 && format.largest_element() < 8 && !format.has_code_book_bit() &&
               !format.has_specials();
    return format.block == dot_lanes &&
           (format.fits_int64_sum() || arithmetic.accumulation != Accumulation::exact);
}

struct Panels {
    PackedTensor header;
    Arithmetic arithmetic{};
    Blocking blocking{};
    int bias = 0;
    AlignedVector<uint8_t> lines;       // [panel][k / 4][line_bytes]
    AlignedVector<int32_t> words;       // [panel][block][panel_columns]
    std::vector<uint8_t> is_nan;        // [panel * panel_columns]
    std::vector<int64_t> word_sums;     // the same; Words::integers
    std::vector<ExponentRange> columns; // the same; is_shifted

    uint64_t count() const { return is_nan.size() / panel_columns; }
};

struct DecodedRows {
    AlignedVector<int8_t> halves;    // [row][k]
    AlignedVector<RowScale> scales;  // [row][block]
    std::vector<uint8_t> is_nan;     // [row]
    std::vector<ExponentRange> rows; // is_shifted
};

DecodedRows decode_rows(const PackedTensor& a, const Blocking& blocking,
                        const OperandTables& tables, bool shifted, const Kernels& kernels,
                        unsigned threads);

} // namespace fp4::fast
