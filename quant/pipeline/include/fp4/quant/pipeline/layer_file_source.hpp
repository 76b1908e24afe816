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

class LayerFileSource final : public checkpoints::QuantizedModelSource {
  public:
    // `plain` is the model that the layers were made from; their scheme quantizes weights, and
    // inputs under static scales or not at all. Errors: those of the files.
    static Result<LayerFileSource> open(checkpoints::QuantizedCheckpoint plain, LayerFiles files);

    const std::filesystem::path& folder() const override { return plain_.folder(); }
    std::span<const io::TensorSpec> plain_tensors() const override { return remaining_.specs(); }
    Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const override;
    std::span<const checkpoints::LinearSpec> linears() const override { return linears_; }
    Result<checkpoints::QuantizedLinear> linear(size_t i) override;

  private:
    LayerFileSource(checkpoints::QuantizedCheckpoint plain, LayerFiles files)
        : plain_(std::move(plain)), files_(std::move(files)) {}

    checkpoints::QuantizedCheckpoint plain_;
    LayerFiles files_;
    checkpoints::RemainingTensors remaining_;
    std::map<std::string, std::vector<std::byte>>
        vectors_; // that the layer files change, in the model's type
    std::vector<checkpoints::LinearSpec> linears_;
    QuantizedLayer layer_; // loaded last
    std::optional<size_t> loaded_;
};

} // namespace fp4::quant
