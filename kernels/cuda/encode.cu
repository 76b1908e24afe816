#include "bodies/amax.hpp"
#include "bodies/encode.hpp"
#include "cuda/launch.cuh"

using namespace fp4::kernels;
FP4_LAUNCHES(Amax<Dense::f32>);
FP4_LAUNCHES(Amax<Dense::bf16>);
FP4_LAUNCHES(Amax<Dense::f16>);
FP4_LAUNCHES(Encode<EncodeNv, Dense::f32>);
FP4_LAUNCHES(Encode<EncodeNv, Dense::bf16>);
FP4_LAUNCHES(Encode<EncodeNv, Dense::f16>);
FP4_LAUNCHES(Encode<EncodeRazerW, Dense::f32>);
FP4_LAUNCHES(Encode<EncodeRazerW, Dense::bf16>);
FP4_LAUNCHES(Encode<EncodeRazerW, Dense::f16>);
FP4_LAUNCHES(Encode<EncodeRazerA, Dense::f32>);
FP4_LAUNCHES(Encode<EncodeRazerA, Dense::bf16>);
FP4_LAUNCHES(Encode<EncodeRazerA, Dense::f16>);
FP4_LAUNCHES(Encode<EncodeOcp, Dense::f32>);
FP4_LAUNCHES(Encode<EncodeOcp, Dense::bf16>);
FP4_LAUNCHES(Encode<EncodeOcp, Dense::f16>);
