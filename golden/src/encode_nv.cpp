#include <algorithm>
#include <cmath>

#include "fp4/e2m1_round.hpp"
#include "fp4/encode.hpp"

namespace fp4 {

EncodedBlock encode_block_nv(std::span<const float, dot_lanes> x, float tensor_scale) {
    const ScaleSpec& scale_spec = spec_of(Format::nvfp4).scale_spec();
    float amax = 0;
    for (float value : x) amax = std::max(amax, std::fabs(value));
    const int payload = encode_scale(scale_spec, amax / 6.0f / tensor_scale, spec_of(Format::nvfp4).encode_max);

    EncodedBlock block{static_cast<uint8_t>(payload), {}};
    const float scale = scale_to_float(decode_scale(scale_spec, payload)) * tensor_scale;
    for (size_t i = 0; i < dot_lanes; ++i) // a zero block scale leaves nothing but the signs
        block.codes[i] = payload == 0 ? (std::signbit(x[i]) ? e2m1_negative_zero : uint8_t{0}) : encode_e2m1_rne(x[i] / scale).code;
    return block;
}

} // namespace fp4
