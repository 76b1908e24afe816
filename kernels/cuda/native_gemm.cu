// For compute_120a, compute_120f and compute_121a alone: no other assembles the instruction.
#include "bodies/native_gemm.hpp"
#include "cuda/launch.cuh"

using namespace fp4::kernels;
FP4_LAUNCHES(NativeGemm);
