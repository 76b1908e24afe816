// The encoder `online`, which rtl/core/fp4_quantize.sv is: no division, no rounding but those to
// scale and codes. Products of x and the tensor scale's divisor are exact in binary64.
#pragma once
#include "fp4/encode/encoder.hpp"

namespace fp4 {

// The UE4M3 payload nearest to product / 6, ties to even, at most 0x7E; product is the block's amax
// times the divisor, not negative.
int online_block_scale(double product);

// Elements under a block scale: the nearest E2M1 value, and what the special of the same sign would
// save.
class OnlineElements {
  public:
    // The format must be one that Encoder::online makes; divisor is that of the tensor scale.
    OnlineElements(Format format, float divisor, Specials specials);

    struct Choice {
        uint8_t code;   // without the special
        bool in_window; // the special of the element's sign is at least as close
        int gain; // squared error that it saves, of |x| * divisor cut to quarters of the scale's
                  // step, with the element's sign; 0 outside the window
    };
    // x is finite; payload is no NaN.
    Choice nearest(float x, int payload) const;

    // The element's code in a block whose special has this sign.
    uint8_t code_of(float x, const Choice& choice, bool special_is_negative) const;

  private:
    const FormatSpec& spec_;
    double divisor_;
    int special_halves_, below_halves_, above_halves_; // the special and the E2M1 values round it
    bool has_window_; // the format has the special, and E2M1 does not
};

} // namespace fp4
