// One search for every format: of all positive block scales, and of what else the scale byte
// chooses (the special value, the code book), the one of least squared error. Formats under the
// same search differ by what they can say, not by how hard an encoder looked.
#pragma once
#include <array>
#include <span>

#include "fp4/format.hpp"

namespace fp4 {

// The encoder of one tensor. Elements are the nearest of their code book, of two the lower; errors
// are binary64, summed in index order. Of equal errors the smallest selector wins, then the
// smallest scale. A block of zeros has scale byte 0 and codes 0.
class SweepEncoder {
  public:
    // The format is one that encoders make; e3m3_max is 28 or 30.
    SweepEncoder(Format format, Specials specials, int e3m3_max);

    // The nearest element under a scale byte, which is not NaN. x is finite.
    Element element(float x, uint8_t scale_byte, float multiplier) const;

    // Writes a code for each element of x (a block) and returns the scale byte. multiplier: the
    // tensor scale, positive.
    uint8_t operator()(std::span<const float> x, float multiplier, std::span<uint8_t> codes) const;

  private:
    // The distinct values of one selector, ascending.
    struct Book {
        uint8_t byte = 0; // the scale byte of this selector and payload 0
        int count = 0;
        std::array<uint8_t, 16> codes{};
        std::array<double, 16> halves{};
        double smallest = 0, largest = 0; // magnitudes; the smallest that is not 0
        bool repeated = false;            // a selector before it has the same values
    };

    const FormatSpec& spec_;
    int first_payload_, last_payload_;
    std::array<double, 256> half_steps_{}; // half the scale, by payload
    std::array<Book, 4> books_{};
};

} // namespace fp4
