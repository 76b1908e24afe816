#include "bodies/probe.hpp"
#include "cuda/launch.cuh"

using namespace fp4::kernels;
FP4_LAUNCHES(Probe);
