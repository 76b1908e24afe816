// Rounding a binary32 value to the nearest element of a code book: ties to the even code,
// saturation at the magnitude of code 7, a NaN of either sign is 0x7.
#pragma once
#include "fp4/formats/code_book.hpp"

namespace fp4 {

// Zeros and values that round to zero keep their sign where the book has -0.
Element encode_rne(CodeBookType book, float y);

// The sign of zeros is (y < 0), so -0 is 0x0 and -0.1 is -0 where the book has one.
Element encode_rne_neg(CodeBookType book, float y);

} // namespace fp4
