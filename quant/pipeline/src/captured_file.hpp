// The file of captured activations (traces/captured.hpp) while it is being filled.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/io/safetensors.hpp"
#include "fp4/quant/model/linear_op.hpp"
#include "fp4/quant/model/tensor.hpp"
#include "fp4/quant/pipeline/capture.hpp"

namespace fp4::quant {

// The window holds the positions that are asked for. bad_argument.
Status check_positions(const CaptureRequest& request);

class CapturedFile {
  public:
    // input: [1, window, K] of a whole window; its captured positions are kept as float32.
    void add(size_t layer, LinearGroup group, const Tensor& input, const CaptureRequest& request,
             float amax);

    Status write(const std::filesystem::path& path, const CaptureRequest& request) const;

  private:
    void add(const std::string& name, const Tensor& values);

    std::vector<Tensor> kept_;
    std::vector<io::TensorData> tensors_;
};

} // namespace fp4::quant
