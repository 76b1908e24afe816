// Decoded values beside the hexadecimal ones.
#pragma once
#include <string>

#include "op.hpp"

namespace fp4::vec {

// Values of one column, given all the words of its line: elements of codes as numbers, before the
// scale, with the special values and factors that their scale bytes select.
std::string explain(const VectorConfig& config, std::span<const std::string_view> words,
                    size_t column);

std::string explain_fp32(Fp32 value); // "1.5", "NaN", "-inf"
// "448", "NaN"; in formats with sub-blocks "1.25 times 2,1,...", a factor for every four elements.
std::string explain_scale(Format format, ScaleRecord record);
std::string explain_lane(Format format, int lane); // "-2.5"

} // namespace fp4::vec
