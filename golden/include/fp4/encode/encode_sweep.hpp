// One search for every format: of all positive block scales, and of what else the scale record
// chooses (the special value, the code book, factors of parts of the block), the one of least
// squared error. Formats under the same search differ by what they can say, not by how hard an
// encoder looked.
#pragma once
#include <array>
#include <span>

#include "fp4/formats/format.hpp"

namespace fp4 {

// The encoder of one tensor. Elements are the nearest of their code book, of two the lower; errors
// are binary64, summed in index order, first over parts of eight elements where these have factors
// of their own. Of equal errors the smallest selector wins, then the smallest scale, then the
// smallest factors. A block of zeros has scale record 0 and codes 0.
class SweepEncoder {
  public:
    // The format is one that encoders make; e3m3_max is 28 or 30.
    SweepEncoder(Format format, Specials specials, int e3m3_max);

    // The nearest element under a scale byte, which is not NaN, of a format without sub-blocks. x
    // is finite.
    Element element(float x, uint8_t scale_byte, float multiplier) const;

    // Writes a code for each element of x (a block) and returns the scale record. multiplier: the
    // tensor scale, positive.
    ScaleRecord operator()(std::span<const float> x, float multiplier,
                           std::span<uint8_t> codes) const;

  private:
    // The distinct lanes of one selector, ascending, before factors.
    struct Book {
        uint8_t byte = 0; // the scale byte of this selector and payload 0
        int count = 0;
        std::array<uint8_t, 16> codes{};
        std::array<double, 16> lanes{};
        double smallest = 0, largest = 0; // magnitudes; the smallest that is not 0
        bool repeated = false;            // a selector before it has the same lanes
    };

    // A block under one selector and scale; unfinished where the error exceeds the limit.
    struct Tried {
        ScaleRecord record; // without the payload
        double error;
        std::array<uint8_t, max_block> codes;
    };
    Tried attempt(const Book& book, double step, std::span<const double> x, double limit) const;

    const FormatSpec& spec_;
    double units_;
    int first_payload_, last_payload_;
    std::array<double, 256> scales_{}; // by payload
    std::array<Book, 4> books_{};
};

} // namespace fp4
