// The weight search of RaZeR: per block, try the four signed specials, keep the codebook with the
// smallest squared error.
#pragma once
#include <array>

#include "fp4/encode/encoded_block.hpp"
#include "fp4/encode/encoder.hpp"

namespace fp4 {

enum class RazerTies : uint8_t {
    floor, // the lower value
    even,  // between E2M1 values the even code, beside the special the special
};

constexpr RazerTies razer_ties_of(Encoder encoder) {
    return encoder == Encoder::razer_rne ? RazerTies::even : RazerTies::floor;
}

// A block's codebook in ascending order: the 15 distinct E2M1 values and, unless E2M1 has that
// value already, the special. A codebook of 15 repeats its last entry behind an unreachable
// boundary.
struct RazerCodebook {
    std::array<float, 16> value;
    std::array<uint8_t, 16> code;
    std::array<float, 15>
        boundary; // the largest float that takes value[i] rather than value[i + 1]

    explicit RazerCodebook(int special_halves, RazerTies ties = RazerTies::floor);

    // The entry nearest to each y.
    template <size_t n>
    std::array<int, n> nearest(const std::array<float, n>& y) const {
        std::array<int, n> entry{};
        for (float limit : boundary)
            for (size_t i = 0; i < n; ++i) entry[i] += y[i] > limit;
        return entry;
    }
};

// The encoder of one tensor: the codebooks of its specials +V1, -V1, +V2, -V2, tried in this order;
// the first smallest error wins.
class RazerWeightEncoder {
  public:
    explicit RazerWeightEncoder(Specials specials, int e3m3_max = 28,
                                RazerTies ties = RazerTies::floor);
    EncodedBlock operator()(std::span<const float, dot_lanes> x, float tensor_scale) const;

  private:
    struct Candidate {
        RazerCodebook codebook;
        uint8_t selector; // the scale byte's high bits
        float divisor;    // the block's largest magnitude is scaled to this: max(6, V)
    };
    std::array<Candidate, 4> candidates_;
    int largest_payload_;
};

} // namespace fp4
