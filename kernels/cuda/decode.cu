#include "bodies/decode.hpp"
#include "cuda/launch.cuh"

using namespace fp4::kernels;
FP4_LAUNCHES(Decode<Dense::f32>);
FP4_LAUNCHES(Decode<Dense::bf16>);
FP4_LAUNCHES(Decode<Dense::f16>);
