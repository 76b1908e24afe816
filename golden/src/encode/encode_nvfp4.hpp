// What distinguishes the encoders that scale a block of 16 once, of NVFP4 and its kin: one row
// each.
#pragma once
#include "encode/code_book_round.hpp"
#include "fp4/encode/encode_block.hpp"

namespace fp4 {

struct Nvfp4Rule {
    Encoder encoder;
    float (*block_scale)(float amax, float largest,
                         const TensorScale& t); // of a block, before it is rounded: what scales
                                                // amax to the largest element
    float smallest_block_scale;                 // that it is raised to
    int zero_payload;                           // instead of a payload of 0
    float (*operand)(float s,
                     const TensorScale& t); // of the block's elements; s: the rounded block scale
    bool divides;                           // element / operand, else element * operand
    Element (*round)(CodeBookType, float);
    // Elements are divided by the tensor scale before the block scale, and are 0x0 under a block
    // scale of 0.
    bool divides_twice = false;
};

// The rule that an encoder of kind scaled has; of others, that of the encoder whose elements it
// has.
const Nvfp4Rule& nvfp4_rule(Encoder encoder);

// An element, divided by the tensor scale where the rule divides twice, under the operand of its
// block; the scale byte says which code book it is in.
Element encode_element(const Nvfp4Rule& rule, const FormatSpec& format, uint8_t scale_byte,
                       float operand, float x);

// The block under a block scale that is yet to be rounded, in the code book of code_book_bits,
// which the scale byte gets.
EncodedBlock encode_scaled_block(const Nvfp4Rule& rule, const FormatSpec& format,
                                 std::span<const float, dot_lanes> x, float block_scale,
                                 const TensorScale& tensor_scale, uint8_t code_book_bits = 0);

} // namespace fp4
