// nvfp4 in GGUF: records of 36 bytes for 64 elements, row-major. Four scale bytes first; then, for
// sub-block s and j = 0..7, a byte with element 16s + j in the low and element 16s + 8 + j in the
// high nibble.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"

namespace fp4 {

inline constexpr uint64_t gguf_record_elements = 64, gguf_record_bytes = 36;

// The records of an nvfp4 tensor; its tensor scale is stored elsewhere. Errors: another format, a
// wrong shape, K not a multiple of 64, a NaN scale byte, which GGUF's readers take for zero.
Result<std::vector<uint8_t>> to_gguf_records(const PackedTensor& tensor, std::string_view name);

// The tensor of these records, with tensor scale 1. The scale bytes 0x7F and 0xFF, zero in GGUF,
// become 0x00. Errors: K not a multiple of 64, a length other than rows * K/64 records.
Result<PackedTensor> from_gguf_records(std::span<const uint8_t> records, uint64_t rows, uint64_t k,
                                       std::string_view name);

} // namespace fp4
