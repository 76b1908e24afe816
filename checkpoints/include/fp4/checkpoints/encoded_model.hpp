// A plain checkpoint quantized by an encoder: round to nearest, tensor scales from the amax of each
// fused group.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "fp4/encode/encode.hpp"
#include "fp4/checkpoints/group_amax.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/checkpoints/remaining_tensors.hpp"

namespace fp4::checkpoints {

class EncodedModel final : public QuantizedModelSource {
  public:
    // Every linear of the model but `left_out`. bad_argument: a checkpoint that is quantized
    // already, an encoder that does not make the format, options.tensor_scale or a policy other
    // than `error`.
    static Result<EncodedModel> create(QuantizedCheckpoint plain, const EncodeOptions& options,
                                       const std::set<std::string>& left_out = {});

    const std::filesystem::path& folder() const override { return plain_.folder(); }
    std::span<const io::TensorSpec> plain_tensors() const override { return remaining_.specs(); }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override;
    std::span<const LinearSpec> linears() const override { return linears_; }
    Result<QuantizedLinear> linear(size_t i) override;

  private:
    EncodedModel(QuantizedCheckpoint plain, const EncodeOptions& options, Encoder encoder)
        : plain_(std::move(plain)), options_(options), encoder_(encoder),
          group_amax_(plain_.files()) {}

    QuantizedCheckpoint plain_;
    EncodeOptions options_;
    Encoder encoder_;
    RemainingTensors remaining_;
    GroupAmax group_amax_;
    std::vector<LinearSpec> linears_;
    std::vector<Linear> places_; // of linears_
};

} // namespace fp4::checkpoints
