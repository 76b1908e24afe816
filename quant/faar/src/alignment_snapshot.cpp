#include <array>
#include <charconv>
#include <optional>

#include "fp4/quant/faar/alignment.hpp"
#include "fp4/traces/message.hpp"
#include "fp4/traces/safetensors.hpp"

namespace fp4::quant {
namespace {

constexpr const char* fingerprint_key = "fp4sim.alignment";
constexpr const char* step_key = "step";

std::string name_of_linear(size_t layer, size_t linear) { return "layers." + std::to_string(layer) + "." + std::string(linear_op_names[linear]); }

Tensor on_cpu(const Tensor& x) { return x.detach().to(torch::kCPU).contiguous(); }

std::span<std::byte> bytes_of(const Tensor& x) { return {static_cast<std::byte*>(x.data_ptr()), static_cast<size_t>(x.numel()) * sizeof(float)}; }

std::optional<int64_t> whole_number(const std::string& text) {
    int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

} // namespace

Status Alignment::save(const std::filesystem::path& path, const std::string& fingerprint) const {
    std::vector<Tensor> kept;
    std::vector<traces::TensorData> tensors;
    const auto add = [&](const std::string& name, const Tensor& values) {
        kept.push_back(on_cpu(values));
        tensors.push_back({name, traces::Dtype::f32, {static_cast<uint64_t>(values.size(0)), static_cast<uint64_t>(values.size(1))}, bytes_of(kept.back())});
    };
    for (size_t layer = 0; layer < layers_.size(); ++layer)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            const auto name = name_of_linear(layer, linear);
            const auto& adam = adams_[layer * SoftLayer::count + linear];
            add(name + ".v", layers_[layer].v(linear));
            if (!adam.mean().defined()) continue;
            add(name + ".mean", adam.mean());
            add(name + ".square", adam.square());
        }
    return traces::write_safetensors(path, {{fingerprint_key, fingerprint}, {step_key, std::to_string(step_)}}, tensors);
}

Status Alignment::resume(const std::filesystem::path& path, const std::string& fingerprint) {
    const auto refuse = [&](const std::string& expected) { return Error{ErrorCode::bad_file, traces::printable_path(path) + ": expected " + expected}; };
    const auto file = traces::SafetensorsFile::open(path);
    if (!file) return file.error();
    const auto& metadata = file->metadata();
    const auto named = metadata.find(fingerprint_key), counted = metadata.find(step_key);
    if (named == metadata.end() || named->second != fingerprint) return refuse("a snapshot of this model and these options; remove the folder to begin anew");
    const auto step = counted == metadata.end() ? std::nullopt : whole_number(counted->second);
    if (!step) return refuse("the number of steps done");
    const auto read = [&](const std::string& name, const Tensor& like, Tensor& out) -> Status {
        const auto* info = file->find(name);
        if (!info || info->dtype != traces::Dtype::f32 || info->byte_size() != static_cast<uint64_t>(like.numel()) * sizeof(float))
            return refuse(traces::in_quotes(name) + ", F32 in the linear's shape");
        out = torch::empty(like.sizes());
        return file->read(*info, bytes_of(out));
    };
    std::vector<std::array<Tensor, 3>> all;
    for (size_t layer = 0; layer < layers_.size(); ++layer)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            const auto name = name_of_linear(layer, linear);
            const auto& v = layers_[layer].v(linear);
            auto& [position, mean, square] = all.emplace_back();
            if (auto status = read(name + ".v", v, position); !status) return status;
            if (*step == 0) continue;
            if (auto status = read(name + ".mean", v, mean); !status) return status;
            if (auto status = read(name + ".square", v, square); !status) return status;
        }
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < all.size(); ++i) {
        auto& v = layers_[i / SoftLayer::count].v(i % SoftLayer::count);
        v.copy_(all[i][0]);
        if (*step > 0) adams_[i].restore(all[i][1].to(v.device()), all[i][2].to(v.device()), *step);
    }
    step_ = *step;
    return Done{};
}

} // namespace fp4::quant
