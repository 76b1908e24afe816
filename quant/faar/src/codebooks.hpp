// The values that a block can take, by its scale byte, and where a weight lies between them.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "fp4/encode/encode_element.hpp"

namespace fp4::quant {

struct Choice {
    float value;
    uint8_t code;
};

// The values of a block's codebook in rising order, one code each.
using Codebook = std::vector<Choice>;

// The neighbors of a weight; equal, at position 0, where every code of the block is zero.
struct Interval {
    Choice low, up;
    float position; // 0 .. 1

    bool empty() const { return low.value == up.value; }
};

class Codebooks {
  public:
    Codebooks(Encoder encoder, Format format, const TensorScale& tensor_scale,
              const Specials& specials);

    // The value of code 7, the largest of E2M1 and INT4, in blocks of that scale byte: NaN for a
    // byte that is no scale, negative for a negative scale.
    float code_7(uint8_t scale_byte) const { return elements_.value({7}, scale_byte); }

    // As rounding_choices() documents it, but for the codes that ties take; of zero the book's
    // code.
    Interval neighbors(float w, uint8_t scale_byte) const;

    // The same with zero's code for a weight of this sign.
    Interval interval(float w, uint8_t scale_byte) const;

    // What the encoder takes for w.
    uint8_t nearest(float w, uint8_t scale_byte) const {
        return elements_.encode(w, scale_byte).code;
    }

  private:
    ElementEncoder elements_;
    std::array<Codebook, 256> books_; // empty for bytes that are no scale
};

} // namespace fp4::quant
