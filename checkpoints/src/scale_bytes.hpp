// Block scale bytes as they lie in a checkpoint.
#pragma once
#include <cstdint>
#include <string>

#include "fp4/formats/format.hpp"
#include "fp4/formats/scale.hpp"

namespace fp4::checkpoints {

inline bool is_nan_scale(Format format, uint8_t byte) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    return scale.nan_payload >= 0 && (byte & scale.payload_mask()) == scale.nan_payload;
}

inline std::string nan_text(uint8_t byte) { return byte & 0x80 ? "0xFF (NaN)" : "0x7F (NaN)"; }

// "row 2, block 3" of scale byte number `flat`.
inline std::string block_place(uint64_t flat, uint64_t bytes_per_row) {
    return "row " + std::to_string(flat / bytes_per_row) + ", block " +
           std::to_string(flat % bytes_per_row);
}

} // namespace fp4::checkpoints
