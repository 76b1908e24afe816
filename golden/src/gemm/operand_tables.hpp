// How gemm_fast reads packed bytes: tables from element codes and scale bytes to what the kernels
// multiply.
#pragma once
#include "fp4/formats/format.hpp"
#include "gemm_kernels.hpp"

namespace fp4::fast {

// The form of a scale word, see Kernels.
enum class Words : uint8_t {
    integers, // in units of the type's smallest step
    narrow,   // integers below 2^15; where the scale is larger the word is an eighth of it and the
              // elements are 8 times theirs
    wide,     // significand | (exponent above that of the smallest normal) << 16
    split,    // significand | exponent << 8, 8 bits each; decode_row adds marks above
    values,   // binary32
    quarter_values,    // a quarter of that
    exponents,         // of types that are exponents only
    quarter_exponents, // 2 less
};

// The unit of Words::integers.
constexpr int step_exponent(Format format) { return spec_of(format).scale_spec().step_exponent(); }

// Whether exact_narrow may multiply rows of A (Words::narrow) with panels of B: the dot of a block
// fits int16 (also times 8, where some scale of A needs that, and the elements of A then fit int8)
// and dot * word stays below 2^30. Never for scales that do not fit an int64 sum.
bool narrow_is_exact(Format a, Specials a_specials, Format b, Specials b_specials);

OperandTables operand_tables(Format format, Specials specials, Words words, int bias);

} // namespace fp4::fast
