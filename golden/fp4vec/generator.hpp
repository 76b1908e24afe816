// Lines of a vector file, one per index: the same config gives the same lines on every machine.
#pragma once
#include <string>

#include "op.hpp"

namespace fp4::vec {

enum class Style : uint8_t {
    text,     // columns between blanks
    readmemh, // one number per line, columns joined by underscores, without tags
};

class Generator {
  public:
    // `cases`: how many lines will be asked for; none: no end. Fewer than there are edge cases take
    // a sample spread over all of them.
    Generator(const VectorConfig& config, std::optional<uint64_t> cases);

    // Lines that a complete file has: all edge cases at level 1, as many random ones again at
    // level 2.
    static uint64_t complete(const VectorConfig& config);

    // All columns of line `index`. Errors: what golden says of the config (an encoder with a
    // special value of 0).
    Result<Words> words(uint64_t index) const;

    // Those words with the line's end.
    std::string line(const Words& words, Style style) const;
    Result<std::string> line(uint64_t index, Style style) const;

  private:
    uint64_t edge_index(uint64_t i) const;

    VectorConfig config_;
    uint64_t edges_;
    uint64_t first_ = 0, stride_ = 1; // the walk over the edge cases
};

// Digits of a $readmemh word.
int word_digits(const VectorConfig& config);

} // namespace fp4::vec
