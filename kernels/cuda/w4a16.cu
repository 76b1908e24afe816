#include "bodies/w4a16.hpp"
#include "cuda/launch.cuh"

using namespace fp4::kernels;
FP4_LAUNCHES(PackPanels);
FP4_LAUNCHES(W4A16<1>);
FP4_LAUNCHES(W4A16<2>);
FP4_LAUNCHES(W4A16<4>);
FP4_LAUNCHES(W4A16<8>);
