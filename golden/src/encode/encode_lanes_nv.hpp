#pragma once
#include <limits>

#include "encode_lanes.hpp"

namespace fp4::lanes {

// encode_block_nv for one lane.
struct EncodeNv {
    float tensor_scale;

    [[gnu::always_inline]] EncodedLane operator()(Elements x, int32_t amax_bits) const {
        const int32_t payload = scale_payload<ScaleType::ue4m3>(
            float_of(amax_bits) / 6.0f / tensor_scale, 0, spec_of(Format::nvfp4).encode_max);
        const float product = scale_value<ScaleType::ue4m3>(payload) * tensor_scale;
        const float scale = payload == 0 ? std::numeric_limits<float>::infinity()
                                         : product; // leaves nothing but the signs
        EncodedLane block{payload, {}};
#pragma GCC unroll 16
        for (int i = 0; i < dot_lanes; ++i) {
            const int32_t y = magnitude_bits(x[i] / scale);
            const Magnitude nearest = nearest_magnitude(y, 0, 1, y >> 22 & 1); // to the even code
            put(block.words, i, static_cast<uint32_t>(nearest.code) | sign_of(x[i]) << 3);
        }
        return block;
    }
};

} // namespace fp4::lanes
