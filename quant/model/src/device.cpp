#include "fp4/quant/model/device.hpp"

#include <torch/cuda.h>

#include <string>

#include "fp4/quant/model/layer_vectors.hpp"

namespace fp4::quant {
namespace {

void move(Tensor& tensor, torch::Device device) {
    if (tensor.defined()) tensor = tensor.to(device);
}

} // namespace

Result<torch::Device> device_from_name(std::string_view name) {
    const bool has_gpu = torch::cuda::is_available();
    if (name == "cpu" || (name == "auto" && !has_gpu)) return torch::Device(torch::kCPU);
    if (name != "cuda" && name != "auto")
        return Error{ErrorCode::bad_argument,
                     "--device: expected auto, cpu or cuda, found " + std::string(name)};
    if (!has_gpu)
        return Error{ErrorCode::bad_argument,
                     "--device cuda: expected a GPU that this LibTorch can use, found none"};
    return torch::Device(torch::kCUDA, 0);
}

LayerWeights to_device(LayerWeights weights, torch::Device device) {
    for (const auto& vector : vectors(weights)) move(*vector.values, device);
    for (Tensor& linear : weights.linears) move(linear, device);
    return weights;
}

CausalLm to_device(CausalLm model, torch::Device device) {
    const bool tied = model.lm_head.defined() && model.lm_head.is_same(model.embed_tokens);
    move(model.embed_tokens, device);
    move(model.norm, device);
    if (tied)
        model.lm_head = model.embed_tokens;
    else
        move(model.lm_head, device);
    for (LayerWeights& layer : model.layers) layer = to_device(std::move(layer), device);
    return model;
}

} // namespace fp4::quant
