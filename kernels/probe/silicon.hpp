// What a probe asks: the FP4 instruction of a GPU, or of an emulated one.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bodies/probe.hpp"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/result.hpp"

namespace fp4::probe {

struct Silicon {
    std::string gpu; // without blanks, as a header of rows names it
    std::function<Result<std::vector<uint32_t>>(std::span<const kernels::ProbeRow>)> run;
};

// GPU 0. device_failed: there is none, or it has no mma.sync kind::mxf4nvf4 (compute capability 12
// has).
Result<Silicon> cuda_silicon();

// The kernel's body on the CPU, under an instruction that follows `arithmetic`.
Silicon emulated_silicon(const Arithmetic& arithmetic);

} // namespace fp4::probe
