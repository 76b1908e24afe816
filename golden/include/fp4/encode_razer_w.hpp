// The weight search of RaZeR: per block, try the four signed specials, keep the codebook with the smallest squared error.
#pragma once
#include <array>

#include "fp4/encode.hpp"

namespace fp4 {

// A block's codebook in ascending order: the 15 distinct E2M1 values and, unless E2M1 has that value already, the special.
// A codebook of 15 repeats its last entry behind an unreachable midpoint.
struct RazerCodebook {
    std::array<float, 16> value;
    std::array<uint8_t, 16> code;
    std::array<float, 15> midpoint; // between value[i] and value[i + 1]; a tie takes the lower value

    explicit RazerCodebook(int special_halves);
};

// The encoder of one tensor: the codebooks of its specials +V1, -V1, +V2, -V2, tried in this order; the first smallest error wins.
class RazerWeightEncoder {
  public:
    explicit RazerWeightEncoder(Specials specials);
    EncodedBlock operator()(std::span<const float, dot_lanes> x, float tensor_scale) const;

  private:
    struct Candidate {
        RazerCodebook codebook;
        uint8_t selector; // the scale byte's high bits
        float divisor;    // the block's largest magnitude is scaled to this: max(6, V)
    };
    std::array<Candidate, 4> candidates_;
};

} // namespace fp4
