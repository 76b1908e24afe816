// Checkpoints as they lie on the disk, quantized in one of the layouts or not at all.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"
#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::checkpoints {

struct ReadOptions {
    io::FileAccess access = io::FileAccess::mapped;
    // Bit 7 of an NVFP4 scale byte and a tensor or input scale of unusual magnitude are errors
    // instead of warnings.
    bool strict = false;
    // Scales that are all inverted are a warning instead of an error.
    bool allow_implausible_scales = false;
};

// What check() has seen.
struct CheckReport {
    uint64_t elements = 0;               // of quantized weights
    uint64_t scale_bytes_with_bit_7 = 0; // NVFP4: decoders ignore it, some consumers do not
    std::vector<std::string> warnings{};
};

// A linear in a scheme that is not read: named, never decoded.
struct ForeignLinear {
    std::string name;
    std::string scheme; // as the configuration describes it
    std::vector<TensorLocation> tensors;
};

struct TensorSplit;

class QuantizedCheckpoint final : public QuantizedModelSource {
  public:
    // Reads the configuration, all headers and all tensor scales. How each linear is stored is what
    // config.json (or hf_quant_config.json) says of its name, and the dtypes must agree: quantized
    // in the layout, plain, or foreign. bad_file, naming the tensor, for: a linear without one of
    // its tensors, with a wrong dtype or shape or with K no multiple of 16; a tensor scale that is
    // no positive number; weight scales nearly all of which look like their inverse
    // (scale_direction.hpp); a model with parts missing or not listed as left out; the errors of
    // Checkpoint::open. Warnings name what is read as it stands though it is odd: single scales of
    // unusual magnitude, fused groups that differ in a scale or are quantized in part, linears
    // without the input scale that the configuration announces (their inputs are then not
    // quantized), tensors that nothing uses, and what is left alone: foreign linears, the KV
    // cache's scales. With tied embeddings an lm_head.weight equal to the embedding is dropped, any
    // other is an error.
    static Result<QuantizedCheckpoint> open(const std::filesystem::path& folder,
                                            const ReadOptions& options = {});

    Layout layout() const { return quantization().layout; }
    const QuantizationConfig& quantization() const { return checkpoint_->quantization(); }
    const ModelConfig& model() const { return checkpoint_->config(); }
    const Checkpoint& files() const { return *checkpoint_; }
    std::span<const std::string> warnings() const { return warnings_; }

    const std::filesystem::path& folder() const override { return folder_; }
    std::span<const io::TensorSpec> plain_tensors() const override { return plain_specs_; }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override;
    std::span<const LinearSpec> linears() const override { return specs_; }

    // What the input of linear i is quantized in; none: its weights alone are.
    std::optional<Format> activations(size_t i) const;

    std::span<const ForeignLinear> foreign() const { return foreign_; }
    std::span<const TensorLocation> kv_cache_scales() const { return kv_cache_scales_; }

    // bad_file also for a NaN scale byte (0x7F, 0xFF of NVFP4), naming row and block.
    Result<QuantizedLinear> linear(size_t i) override;

    // Reads all linears: the errors of linear(). The warnings are those of open and of the bytes.
    Result<CheckReport> check();

  private:
    struct Parts; // of one linear

    QuantizedCheckpoint() = default;
    Status read_folder();
    Status read_linears(const TensorSplit& split);
    Status drop_tied_head();
    Status check_schemes();
    Status check_tensor_scales();
    void warn_of_groups();
    void warn_of_rest();

    ReadOptions options_;
    std::filesystem::path folder_;
    std::shared_ptr<const Checkpoint> checkpoint_;
    std::vector<TensorLocation> plain_, kv_cache_scales_;
    std::vector<ForeignLinear> foreign_;
    std::vector<io::TensorSpec> plain_specs_;
    std::shared_ptr<const std::vector<Parts>> parts_;
    std::vector<LinearSpec> specs_;
    std::vector<std::string> warnings_;
};

// Scale bytes of an NVFP4 weight with bit 7 set; 0 for other formats.
uint64_t scale_bytes_with_bit_7(const PackedTensor& weight);

} // namespace fp4::checkpoints
