// A quantized matrix as it lies in memory, and the row views that arithmetic works on.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fp4/formats/format.hpp"
#include "fp4/result.hpp"

namespace fp4 {

// One row: K/2 code bytes (low nibble first), K/block scale records.
struct PackedRow {
    std::span<const uint8_t> codes;
    std::span<const uint8_t> scales;
};

// rows x k elements in blocks along k; value = element * block scale * outer scale, which is the
// row's own where rows have one, else the tensor's.
struct PackedTensor : OperandFormat {
    uint64_t rows = 0;
    uint64_t k = 0;
    std::vector<uint8_t> codes;  // rows * k/2
    std::vector<uint8_t> scales; // rows * k/block records
    Fp32 tensor_scale{0x3F800000};
    std::vector<Fp32> row_scales{}; // in place of tensor_scale: one for each row; empty: none

    uint64_t code_bytes_per_row() const { return k / 2; }
    uint64_t scale_bytes(uint64_t blocks) const {
        return blocks * static_cast<uint64_t>(spec_of(format).scale_bytes());
    }
    // The record of a block, counted row by row.
    ScaleRecord scale_record(uint64_t block) const {
        return fp4::scale_record(std::span(scales).subspan(scale_bytes(block), scale_bytes(1)));
    }
    uint64_t scale_bytes_per_row() const {
        return scale_bytes(k / static_cast<uint64_t>(spec_of(format).block));
    }
    // One for all rows, or as many as there are rows.
    std::span<const Fp32> outer_scales() const {
        return row_scales.empty() ? std::span(&tensor_scale, 1) : std::span(row_scales);
    }
    Fp32 outer_scale(uint64_t row) const {
        return row_scales.empty() ? tensor_scale : row_scales[row];
    }
    PackedRow row(uint64_t r) const {
        return {std::span(codes).subspan(r * code_bytes_per_row(), code_bytes_per_row()),
                std::span(scales).subspan(r * scale_bytes_per_row(), scale_bytes_per_row())};
    }
};

// Sizes agree with rows and k, row_scales is empty or has a scale for each row, k is a multiple of
// the block, the specials that the format has fit five bits. `name` begins the message.
Status check_shape(const PackedTensor& tensor, std::string_view name);

} // namespace fp4
