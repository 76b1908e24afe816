// What a decoder and a dot product of a format take, counted from the values that its codes stand
// for: structure, not area.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fp4/formats/format.hpp"

namespace fp4::quant {

// A format as it is seen from outside.
struct ProbedFormat {
    int block = 16;
    int significand_bits = 1;           // of a scale, hidden bit included
    std::vector<uint8_t> scale_bytes{}; // first bytes of scale records that differ in nothing but
                                        // selectors; the scale is 1.0
    size_t record_bytes = 1;            // of a scale record
    int sentinel = -1;                  // the code of special values; -1: none
    // The values of a block all of whose elements have one code.
    std::function<std::vector<float>(std::span<const uint8_t> record, uint8_t code)> decode;
};

// As golden decodes it, special values by default.
ProbedFormat probed(Format format);

// A factor that bits after the scale byte give to each run of so many elements.
struct SubBlockFactor {
    size_t elements = 0;
    double largest = 1;

    bool operator==(const SubBlockFactor&) const = default;
};

// Lanes are element values as two's complement integers, sub-blocks' factors inside; products are
// of two such operands.
struct FormatHardware {
    size_t record_bytes = 0;
    int lane_units = 0; // that make 1.0
    int lane_bits = 0;
    int product_bits = 0;
    int dot_bits = 0; // of a block
    int significand_bits = 0;
    int term_bits = 0; // magnitude of a block's dot times two significands; binary32 holds 24
    int divisor = 1;   // of products, that is no power of two
    int muxes = 0;     // of each lane: bits that a selector takes from one of two functions of the
                       // code, three functions counting twice
    int ands = 0;      // likewise, where one of the functions is 0
    size_t specials = 0; // values that the sentinel's code may stand for
    std::vector<SubBlockFactor> factors{};
};

FormatHardware hardware_of(const ProbedFormat& format);

// "4 mux2", "compare, 5 mux2; 2:1 special", "3 mux2, 1 AND", "-".
std::string lane_logic_text(const FormatHardware& hardware);

// "4.5": of an element, its share of the scale record included.
std::string bits_text(int block, size_t record_bytes);

} // namespace fp4::quant
