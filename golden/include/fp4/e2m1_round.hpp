// Rounding a binary32 value to an element.
#pragma once
#include "fp4/e2m1.hpp"

namespace fp4 {

// Nearest E2M1, ties to the even code, saturating at 6; zeros and values that round to zero keep their sign. A NaN of either sign is 0x7.
E2m1 encode_e2m1_rne(float y);

} // namespace fp4
