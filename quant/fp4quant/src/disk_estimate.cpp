#include "disk_estimate.hpp"

#include "fp4/checkpoints/linears.hpp"

namespace fp4::quant {
namespace {

uint64_t linear_weights(const checkpoints::QuantizedCheckpoint& plain) {
    uint64_t weights = 0;
    for (const auto& linear : checkpoints::model_linears(plain.model()))
        weights += linear.rows * linear.k;
    return weights;
}

// Half a byte a weight, and a scale byte for sixteen of them.
uint64_t packed_bytes(const checkpoints::QuantizedCheckpoint& plain) {
    return linear_weights(plain) / 16 * 9;
}

} // namespace

uint64_t work_bytes(const checkpoints::QuantizedCheckpoint& plain, bool aligned) {
    constexpr uint64_t snapshot_bytes = 12; // a weight: its rounding and Adam's two moments
    return aligned ? 2 * packed_bytes(plain) + snapshot_bytes * linear_weights(plain)
                   : packed_bytes(plain);
}

uint64_t output_bytes(const checkpoints::QuantizedCheckpoint& plain, checkpoints::Layout layout) {
    constexpr uint64_t bf16_bytes = 2;
    uint64_t copied = 0;
    for (const auto& file : plain.files().files())
        for (const auto& tensor : file.tensors()) copied += tensor.byte_size();
    for (const auto& linear : checkpoints::model_linears(plain.model()))
        if (const auto found = plain.files().find(linear.name + ".weight"))
            copied -= found->tensor->byte_size();
    return copied + (layout == checkpoints::Layout::plain ? linear_weights(plain) * bf16_bytes
                                                          : packed_bytes(plain));
}

} // namespace fp4::quant
