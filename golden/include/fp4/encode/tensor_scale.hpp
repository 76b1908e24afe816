// The scale of a tensor. Containers store either of two inverse numbers, and binary32 reciprocals
// do not round-trip: they are two types.
#pragma once
#include "fp4/encode/encoder.hpp"

namespace fp4 {

struct TensorMultiplier {
    float value;
};
struct TensorDivisor {
    float value;
};

inline constexpr int e3m3_max_default =
    28; // the largest E3M3 block scale that encoders produce; 30 is the other choice

// The number that the encoder's rule computes (spec_of(encoder).tensor_scale.kind) is exact, its
// inverse is one rounded division.
struct TensorScale {
    TensorMultiplier multiplier{1.0f}; // value = element * block scale * multiplier
    TensorDivisor divisor{1.0f};
    float amax = 0; // that the scale stands for; only the errors of `fouroversix` and
                    // `fouroversix-448` use it: where it is 0 or infinite they scale to 6
};

// The tensor scale for data of largest magnitude amax, 0 to FLT_MAX. An all-zero tensor has 1.
// Multipliers are at least 2^-126. The divisor of `ct` and `ct-bf16` is the product of the range
// and the rounded reciprocal of amax, elsewhere their quotient; one that overflows is 1 in `ct` and
// `ct-bf16`, FLT_MAX elsewhere. The encoder must make the format.
TensorScale tensor_scale_of(Encoder encoder, Format format, float amax,
                            int e3m3_max = e3m3_max_default);

// The tensor scale of a given multiplier or divisor, positive and normal. An encoder that uses the
// other one gets its rounded inverse.
TensorScale tensor_scale_of(Encoder encoder, Format format, TensorMultiplier given,
                            int e3m3_max = e3m3_max_default);
TensorScale tensor_scale_of(Encoder encoder, Format format, TensorDivisor given,
                            int e3m3_max = e3m3_max_default);

// The amax of a tensor whose scale is 1: the largest element (6 in E2M1) times the largest block
// scale.
float full_range(Encoder encoder, Format format, int e3m3_max = e3m3_max_default);

// The multiplier of the format's default encoder; 1 for formats that are only decoded.
float tensor_scale_for(Format format, float amax);

} // namespace fp4
