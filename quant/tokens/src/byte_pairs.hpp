// Byte-pair encoding of single words.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

// Neighbors `left` and `right` become `merged`.
struct Merge {
    int32_t left, right, merged;
};

class BytePairs {
  public:
    // `bytes`: the token of each byte. `merges`: each pair once, the first applied first.
    BytePairs(const std::array<int32_t, 256>& bytes, std::span<const Merge> merges);

    // Of all neighbors that a merge names the earliest merge is applied, the leftmost of equal
    // ones, until none is left. Takes n log n steps for n bytes.
    std::vector<int32_t> encode(std::string_view word) const;

  private:
    struct Ranked {
        uint32_t rank;
        int32_t merged;
    };
    const Ranked* find(int32_t left, int32_t right) const;

    std::array<int32_t, 256> bytes_;
    std::unordered_map<uint64_t, Ranked> merges_;
};

} // namespace fp4::quant
