// Kernels that the exact one is measured against; neither is exact, and neither is part of the
// library.
#pragma once
#include <span>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"
#include "gemm/gemm_kernels.hpp"

namespace fp4::bench {

// The panel kernel of `isa` (avx2, avx512_vnni) with binary32 block scales and accumulators. Words:
// binary32 values.
using PanelKernel = void (*)(const fast::Tile& tile, int rows, float* sums);
PanelKernel fp32_panel(Isa isa);

// The row dot of today's CPU inference kernels, AVX2: packed codes x packed codes, one output at a
// time, eight binary32 partial sums. a_scales and b_scales: binary32 values of the row's block
// scales, a quarter in one of them.
float row_dot(std::span<const uint8_t> a_codes, std::span<const float> a_scales,
              std::span<const uint8_t> b_codes, std::span<const float> b_scales);

} // namespace fp4::bench
