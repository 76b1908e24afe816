// Weight matrices as floats.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

inline constexpr uint64_t max_weight_elements = uint64_t{1} << 31;

// Bit pattern of the float32 with the same value, by integer operations. Subnormals become normals;
// infinity and the payload of a NaN stay.
uint32_t f32_bits_from_f16(uint16_t bits);
constexpr uint32_t f32_bits_from_bf16(uint16_t bits) { return uint32_t{bits} << 16; }

// Empty for a tensor whose elements are its numbers: BF16, F16 or F32 without a scale beside it in
// the file. Else what it is: "F8_E4M3 [64, 128], whose scale is tensor 'w_scale_inv'".
std::string foreign_weight(const io::SafetensorsFile& file, const io::TensorInfo& tensor);

// A [rows, columns] tensor of BF16, F16 or F32 with at least one element, row by row, exactly.
// Memory beyond the result is about one MiB. bad_shape: another rank, no elements, or more than
// max_weight_elements. bad_file: another dtype, among them 8-bit floats and integers, whose scales
// lie in another tensor (named where the file has it); BF16 beside such a scale; a read error; too
// little memory. not_finite: the message names row, column and flat index.
Result<std::vector<float>> read_weights(const io::SafetensorsFile& file,
                                        const io::TensorInfo& tensor);

// The tensor of that name, a matrix or a vector, which must have the shape that the model's
// configuration gives it. bad_file: no such tensor. bad_shape: of another shape.
Result<std::vector<float>> read_weights(const Checkpoint& checkpoint, const std::string& name,
                                        const std::vector<uint64_t>& shape);

} // namespace fp4::checkpoints
