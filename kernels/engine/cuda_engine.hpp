#pragma once
#include "engine.hpp"

namespace fp4::kernels {

// Kernels on the first GPU. Error: no driver, no GPU, or one older than compute capability 8.0.
Result<std::unique_ptr<Engine>> cuda_engine();

} // namespace fp4::kernels
