// Rounding a binary32 value to an element: one function per rule for ties and for the sign of
// zeros. All saturate at 6, and a NaN of either sign is 0x7.
#pragma once
#include "fp4/formats/e2m1.hpp"

namespace fp4 {

// Ties to the even code; zeros and values that round to zero keep their sign.
E2m1 encode_e2m1_rne(float y);

// Ties to the even code; the sign bit is (y < 0), so -0 is 0x0 and -0.1 is 0x8.
E2m1 encode_e2m1_rne_neg(float y);

// Ties toward minus infinity; zeros are 0x0.
E2m1 encode_e2m1_floor_ties(float y);

// Ties toward zero; zeros are 0x0.
E2m1 encode_e2m1_zero_ties(float y);

// Ties away from zero; zeros are 0x0.
E2m1 encode_e2m1_away_ties(float y);

} // namespace fp4
