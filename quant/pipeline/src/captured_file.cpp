#include "captured_file.hpp"

namespace fp4::quant {

Status check_positions(const CaptureRequest& request) {
    if (request.positions >= 1 && request.first >= 0 &&
        request.first <= request.window.size(0) - request.positions)
        return Done{};
    return Error{ErrorCode::bad_argument,
                 "positions: expected " + std::to_string(request.positions) + " from " +
                     std::to_string(request.first) + " on inside a window of " +
                     std::to_string(request.window.size(0)) + " tokens"};
}

void CapturedFile::add(const std::string& name, const Tensor& values) {
    kept_.push_back(values.to(torch::kCPU, torch::kFloat).contiguous().clone());
    const Tensor& own = kept_.back();
    io::TensorData tensor{name,
                          io::Dtype::f32,
                          {},
                          {static_cast<const std::byte*>(own.data_ptr()),
                           static_cast<size_t>(own.numel()) * sizeof(float)}};
    for (const int64_t extent : own.sizes()) tensor.shape.push_back(static_cast<uint64_t>(extent));
    tensors_.push_back(std::move(tensor));
}

void CapturedFile::add(size_t layer, LinearGroup group, const Tensor& input,
                       const CaptureRequest& request, float amax) {
    const auto name = "layers." + std::to_string(layer) + "." + std::string(name_of(group));
    add(name, input[0].narrow(0, request.first, request.positions));
    add(name + ".amax", torch::tensor(amax));
}

Status CapturedFile::write(const std::filesystem::path& path, const CaptureRequest& request) const {
    return io::write_safetensors(path,
                                 {{"fp4sim.activations", "1"},
                                  {"model_sha256", request.model_sha256},
                                  {"tokens_sha256", request.tokens_sha256},
                                  {"calib_sha256", request.calib_sha256},
                                  {"first_position", std::to_string(request.first)}},
                                 tensors_);
}

} // namespace fp4::quant
