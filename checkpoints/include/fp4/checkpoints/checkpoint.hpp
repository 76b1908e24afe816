// A Hugging Face model folder: config.json and its weights, in one safetensors file or in shards.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"
#include "fp4/checkpoints/model_config.hpp"
#include "fp4/checkpoints/model_tensors.hpp"
#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {

// Valid as long as the checkpoint lives, also after it has been moved.
struct TensorLocation {
    const io::SafetensorsFile* file;
    const io::TensorInfo* tensor;
};

class Checkpoint {
  public:
    // Reads config.json and the headers of all weight files, no weights. With an index the shards
    // it names are the weights: plain file names inside the folder, every tensor in the shard named
    // for it, none missing, extra or in two shards.
    // Otherwise the single file is. Both, without the index naming that file, is an error. So is a
    // quantization that no layout holds (fp8, gptq, awq, ...), naming its method and a tensor of
    // it: nobody could make numbers of such weights.
    static Result<Checkpoint> open(const std::filesystem::path& directory,
                                   io::FileAccess access = io::FileAccess::mapped);

    const std::filesystem::path& folder() const { return folder_; }

    // The name is that of the folder when config.json gives none.
    const ModelConfig& config() const { return config_; }
    const TensorFlags& tensor_flags() const { return tensor_flags_; }
    const QuantizationConfig& quantization() const { return *quantization_; }
    std::span<const io::SafetensorsFile> files() const { return files_; } // by file name
    std::optional<TensorLocation> find(std::string_view tensor_name) const;

  private:
    Checkpoint() = default;

    std::filesystem::path folder_;
    ModelConfig config_;
    TensorFlags tensor_flags_;
    std::shared_ptr<const QuantizationConfig> quantization_;
    std::vector<io::SafetensorsFile> files_;
};

} // namespace fp4::checkpoints
