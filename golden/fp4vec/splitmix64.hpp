// The generator behind random vectors: SplitMix64 (Steele, Lea, Flood 2014). A stream of its own
// for every case, so a case depends on nothing but seed and index.
#pragma once
#include <cstdint>

namespace fp4::vec {

class SplitMix64 {
  public:
    SplitMix64(uint64_t seed, uint64_t stream) : state_(mix(seed) ^ mix(~stream)) {}

    uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15); }
    uint64_t below(uint64_t n) { return next() % n; }
    bool one_in(uint64_t n) { return below(n) == 0; }
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<uint64_t>(high - low) + 1));
    }

  private:
    static constexpr uint64_t mix(uint64_t z) {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
    uint64_t state_;
};

} // namespace fp4::vec
