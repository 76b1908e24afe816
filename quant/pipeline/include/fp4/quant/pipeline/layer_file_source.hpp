// A model whose layers lie in layer files, as a checkpoint writer takes it.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fp4/quant/pipeline/layer_file.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/checkpoints/remaining_tensors.hpp"

namespace fp4::quant {

// bad_argument for a scheme that no checkpoint can hold: activations alone, an online transform, a
// tensor scale of its own for each member of a fused group, activation scales that are not static.
Status check_storable(const Scheme& scheme);

class LayerFileSource final : public checkpoints::QuantizedModelSource {
  public:
    // `plain` is the model that the layers were made from. Norms come from the layer files for
    // methods that fold factors into them. Errors: those of check_storable, of the files.
    static Result<LayerFileSource> open(checkpoints::QuantizedCheckpoint plain,
                                        const Scheme& scheme, const std::string& fingerprint,
                                        std::filesystem::path folder);

    static std::filesystem::path layer_path(const std::filesystem::path& folder, size_t layer);

    const std::filesystem::path& folder() const override { return plain_.folder(); }
    std::span<const io::TensorSpec> plain_tensors() const override { return remaining_.specs(); }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override;
    std::span<const checkpoints::LinearSpec> linears() const override { return linears_; }
    Result<checkpoints::QuantizedLinear> linear(size_t i) override;

  private:
    LayerFileSource(checkpoints::QuantizedCheckpoint plain, const Scheme& scheme,
                    std::string fingerprint, std::filesystem::path folder)
        : plain_(std::move(plain)), scheme_(scheme), fingerprint_(std::move(fingerprint)),
          layers_(std::move(folder)) {}

    Status load(size_t layer);
    Status list_tensors();

    checkpoints::QuantizedCheckpoint plain_;
    Scheme scheme_;
    std::string fingerprint_;
    std::filesystem::path layers_;
    checkpoints::RemainingTensors remaining_;
    std::map<std::string, std::vector<std::byte>>
        vectors_; // that the layer files change, in the model's type
    std::vector<checkpoints::LinearSpec> linears_;
    QuantizedLayer layer_; // loaded last
    std::optional<size_t> loaded_;
};

} // namespace fp4::quant
