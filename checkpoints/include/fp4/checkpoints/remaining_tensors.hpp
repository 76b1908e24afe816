// What of a checkpoint stays as it is when its linears are quantized.
#pragma once
#include <span>
#include <vector>

#include "fp4/checkpoints/quantized_checkpoint.hpp"

namespace fp4::checkpoints {

class RemainingTensors {
  public:
    RemainingTensors() = default;
    // All plain tensors of the checkpoint but the weights of `linears`.
    RemainingTensors(const QuantizedCheckpoint& plain, std::span<const LinearSpec> linears);

    std::span<const io::TensorSpec> specs() const { return specs_; }

    // QuantizedModelSource::read_plain by the index into specs(). bad_argument: none such. `plain`
    // is that of the constructor, or what it was moved to.
    Status read(const QuantizedCheckpoint& plain, size_t i, uint64_t offset,
                std::span<std::byte> bytes) const;

  private:
    std::vector<io::TensorSpec> specs_;
    std::vector<size_t> places_; // in plain.plain_tensors()
};

} // namespace fp4::checkpoints
