// Weight matrices as floats.
#pragma once
#include <cstdint>
#include <vector>

#include "fp4/result.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {

inline constexpr uint64_t max_weight_elements = uint64_t{1} << 31;

// Bit pattern of the float32 with the same value, by integer operations. Subnormals become normals;
// infinity and the payload of a NaN stay.
uint32_t f32_bits_from_f16(uint16_t bits);
constexpr uint32_t f32_bits_from_bf16(uint16_t bits) { return uint32_t{bits} << 16; }

// Bit pattern of the float32 with the value of an E4M3 byte (sign, 4 exponent bits, 3 fraction
// bits; no infinity). 0x7F and 0xFF are NaN.
uint32_t f32_bits_from_e4m3(uint8_t bits);

// A [rows, columns] tensor of F8_E4M3, BF16, F16 or F32, row by row, exactly. Memory beyond the
// result is about one MiB. bad_shape: another rank, or more than max_weight_elements. bad_file:
// another dtype, a read error, too little memory. not_finite: the message names row, column and
// flat index.
Result<std::vector<float>> read_weights(const io::SafetensorsFile& file,
                                        const io::TensorInfo& tensor);

} // namespace fp4::checkpoints
