// What distinguishes the NVFP4 encoders that scale a block once: one row each.
#pragma once
#include "fp4/e2m1_round.hpp"
#include "fp4/encode_block.hpp"

namespace fp4 {

struct Nvfp4Rule {
    Encoder encoder;
    float (*block_scale)(float amax, const TensorScale& t); // of a block, before it is rounded
    float smallest_block_scale;                             // that it is raised to
    int zero_payload;                                       // instead of a payload of 0
    float (*operand)(float s,
                     const TensorScale& t); // of the block's elements; s: the rounded block scale
    bool divides;                           // element / operand, else element * operand
    E2m1 (*round)(float);
};

const Nvfp4Rule& nvfp4_rule(Encoder encoder);

// An element under the operand of its block.
E2m1 encode_element(const Nvfp4Rule& rule, float operand, float x);

// The block under a block scale that is yet to be rounded.
EncodedBlock encode_scaled_block(const Nvfp4Rule& rule, std::span<const float, dot_lanes> x,
                                 float block_scale, const TensorScale& tensor_scale);

} // namespace fp4
