// One scale byte, block or dot product from a waveform, explained. Hexadecimal words may have 0x
// before them and underscores in them.
#pragma once
#include <span>
#include <string>

#include "op.hpp"

namespace fp4::vec {

// Words: scale byte, and a code or a block of them (element 0 is the last digit); without codes all
// sixteen are shown.
Result<std::string> show_decode(const VectorConfig& config, std::span<const std::string> words);

// Words: a sa b sb [c]. D in every profile.
Result<std::string> show_dot(const VectorConfig& config, std::span<const std::string> words);

// Words: the values of one block, decimal or 0x and 8 digits; `amax` is the largest magnitude
// elsewhere in the tensor.
Result<std::string> show_encode(const VectorConfig& config, std::span<const std::string> words,
                                float amax);

} // namespace fp4::vec
