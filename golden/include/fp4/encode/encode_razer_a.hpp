// Elements of RaZeR activations under a block scale: the nearest E2M1 value, and what the special
// of the same sign would save.
#pragma once
#include "fp4/encode/encoder.hpp"

namespace fp4 {

class RazerActivationElements {
  public:
    // The encoder must make razer-a.
    RazerActivationElements(Encoder encoder, float multiplier, Specials specials);

    struct Choice {
        uint8_t e2m1_code; // never the sentinel: RaZeR has one zero
        bool negative;
        bool in_window; // the special of the element's sign is at least as close as the E2M1 value
        double gain; // squared error that it saves, in units of scale^2, with the element's sign; 0
                     // outside the window
    };
    Choice nearest(float x, float scale) const;

    // The element's code in a block whose special has this sign.
    static uint8_t code_of(const Choice& choice, bool special_is_negative);

  private:
    E2m1 (*round_)(float);
    bool divides_once_; // y = x / (S * s), else (x / S) / s
    float multiplier_;
    double special_;
    bool special_is_new_; // E2M1 does not have it
};

} // namespace fp4
