// How much disk a quantized checkpoint will take, before anything is made.
#pragma once
#include <cstdint>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"

namespace fp4::quant {

// Bytes of the weight files that `layout` makes of a checkpoint that is not quantized; headers,
// tensor scales and copied files, which are small, are left out.
uint64_t output_bytes(const checkpoints::QuantizedCheckpoint& plain, checkpoints::Layout layout);

// Bytes that lie beside it meanwhile: layer files, and where the whole model is aligned those of
// the second stage and its snapshot.
uint64_t work_bytes(const checkpoints::QuantizedCheckpoint& plain, bool aligned);

} // namespace fp4::quant
