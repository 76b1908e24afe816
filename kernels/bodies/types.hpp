// The element types of dense matrices that kernels read and write.
#pragma once
#include <cstdint>

namespace fp4::kernels {

enum class Dense : uint8_t { f32, bf16, f16 };

constexpr int bytes_of(Dense type) { return type == Dense::f32 ? 4 : 2; }

} // namespace fp4::kernels
