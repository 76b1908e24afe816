// Checkpoints as they lie on the disk, quantized in one of the layouts or not at all.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"
#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::checkpoints {

struct ReadOptions {
    io::FileAccess access = io::FileAccess::mapped;
    bool strict = false; // bit 7 of an NVFP4 scale byte is an error instead of a warning
    bool allow_implausible_scales =
        false; // a tensor scale that looks like its inverse is a warning instead of an error
};

// What check() has seen.
struct CheckReport {
    uint64_t elements = 0;               // of quantized weights
    uint64_t scale_bytes_with_bit_7 = 0; // NVFP4: decoders ignore it, some consumers do not
    std::vector<std::string> warnings{};
};

class QuantizedCheckpoint final : public QuantizedModelSource {
  public:
    // Reads the configuration, all headers and all tensor scales. The layout is what config.json
    // (or hf_quant_config.json) says, and the dtypes must agree. bad_file, naming the tensor, for:
    // an unknown method; a linear without one of its tensors, with a wrong dtype or shape or with K
    // no multiple of 16; a tensor scale that is not positive and normal or that looks like its
    // inverse (scale_direction.hpp); a model with parts missing or not listed as left out. With
    // tied embeddings an lm_head.weight equal to the embedding is dropped, any other is an error.
    static Result<QuantizedCheckpoint> open(const std::filesystem::path& folder,
                                            const ReadOptions& options = {});

    Layout layout() const { return config_.layout; }
    const QuantizationConfig& quantization() const { return config_; }
    const ModelConfig& model() const { return checkpoint_->config(); }
    const Checkpoint& files() const { return *checkpoint_; }
    std::span<const std::string> warnings() const { return warnings_; }

    const std::filesystem::path& folder() const override { return folder_; }
    std::span<const io::TensorSpec> plain_tensors() const override { return plain_specs_; }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override;
    std::span<const LinearSpec> linears() const override { return specs_; }

    // bad_file also for a NaN scale byte (0x7F, 0xFF of NVFP4), naming row and block.
    Result<QuantizedLinear> linear(size_t i) override;

    // Reads all linears: the errors of linear(), and unequal scales in a fused group.
    Result<CheckReport> check();

  private:
    struct Parts; // of one linear

    QuantizedCheckpoint() = default;
    Status read_folder();
    Status check_tensor_scales();
    Status check_ignored();
    Status drop_tied_head(bool tied);
    float scale_range() const;

    ReadOptions options_;
    std::filesystem::path folder_;
    QuantizationConfig config_;
    std::shared_ptr<const Checkpoint> checkpoint_;
    std::vector<TensorLocation> plain_;
    std::vector<io::TensorSpec> plain_specs_;
    std::shared_ptr<const std::vector<Parts>> parts_;
    std::vector<LinearSpec> specs_;
    std::vector<std::string> warnings_;
};

// Scale bytes of an NVFP4 weight with bit 7 set; 0 for other formats.
uint64_t scale_bytes_with_bit_7(const PackedTensor& weight);

} // namespace fp4::checkpoints
