// Decoded values beside the hexadecimal ones.
#pragma once
#include <string>

#include "op.hpp"

namespace fp4::vec {

// Values of one column, given all the words of its line: halves of codes as numbers under the
// special values that their scale bytes select.
std::string explain(const VectorConfig& config, std::span<const std::string_view> words,
                    size_t column);

std::string explain_fp32(Fp32 value);                         // "1.5", "NaN", "-inf"
std::string explain_scale(Format format, uint8_t scale_byte); // "448", "NaN"
std::string explain_halves(int halves);                       // "-2.5"

} // namespace fp4::vec
