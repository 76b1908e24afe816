// The scale of a packed matrix outside of its blocks.
#pragma once
#include <cstdint>

#include "host_device.hpp"

namespace fp4::kernels {

// One for the matrix, or one for each of its rows.
struct OuterScale {
    float tensor;
    const float* rows; // null: none of their own

    FP4_HD float of(int64_t row) const { return rows ? rows[row] : tensor; }
};

} // namespace fp4::kernels
