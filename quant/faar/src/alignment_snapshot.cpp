#include <array>
#include <charconv>
#include <optional>

#include "fp4/quant/faar/alignment.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr const char* fingerprint_key = "fp4sim.alignment";
constexpr const char* step_key = "step";

Tensor on_cpu(const Tensor& x) { return x.detach().to(torch::kCPU).contiguous(); }

std::span<std::byte> bytes_of(const Tensor& x) {
    return {static_cast<std::byte*>(x.data_ptr()), static_cast<size_t>(x.numel()) * sizeof(float)};
}

std::optional<int64_t> whole_number(const std::string& text) {
    int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && value >= 0
               ? std::optional(value)
               : std::nullopt;
}

} // namespace

Status Alignment::save(const std::filesystem::path& path, const std::string& fingerprint) const {
    std::vector<Tensor> kept;
    std::vector<io::TensorData> tensors;
    const auto add = [&](const std::string& name, const Tensor& values) {
        kept.push_back(on_cpu(values));
        const std::vector<uint64_t> shape(values.sizes().begin(), values.sizes().end());
        tensors.push_back({name, io::Dtype::f32, shape, bytes_of(kept.back())});
    };
    for (size_t i = 0; const auto& leaf : leaves()) {
        const auto& adam = adams_[i++];
        add(leaf.name + (leaf.rounding ? ".v" : ".gain"), leaf.position);
        if (!adam.mean().defined()) continue;
        add(leaf.name + ".mean", adam.mean());
        add(leaf.name + ".square", adam.square());
    }
    return io::write_safetensors(
        path, {{fingerprint_key, fingerprint}, {step_key, std::to_string(step_)}}, tensors);
}

Status Alignment::resume(const std::filesystem::path& path, const std::string& fingerprint) {
    const auto refuse = [&](const std::string& expected) {
        return Error{ErrorCode::bad_file, io::printable_path(path) + ": expected " + expected};
    };
    FP4_TRY_ASSIGN(const auto file, io::SafetensorsFile::open(path));
    const auto& metadata = file.metadata();
    const auto named = metadata.find(fingerprint_key), counted = metadata.find(step_key);
    if (named == metadata.end() || named->second != fingerprint)
        return refuse(
            "a snapshot of this model and these options; remove the folder to begin anew");
    const auto step = counted == metadata.end() ? std::nullopt : whole_number(counted->second);
    if (!step) return refuse("the number of steps done");
    const auto read = [&](const std::string& name, const Tensor& like, Tensor& out) -> Status {
        const auto* info = file.find(name);
        if (!info || info->dtype != io::Dtype::f32 ||
            info->byte_size() != static_cast<uint64_t>(like.numel()) * sizeof(float))
            return refuse(io::in_quotes(name) + ", F32 in its shape");
        out = torch::empty(like.sizes());
        return file.read(*info, bytes_of(out));
    };
    std::vector<std::array<Tensor, 3>> all;
    auto trained = leaves();
    for (const auto& leaf : trained) {
        auto& [position, mean, square] = all.emplace_back();
        FP4_TRY(read(leaf.name + (leaf.rounding ? ".v" : ".gain"), leaf.position, position));
        if (*step == 0) continue;
        FP4_TRY(read(leaf.name + ".mean", leaf.position, mean));
        FP4_TRY(read(leaf.name + ".square", leaf.position, square));
    }
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < all.size(); ++i) {
        auto& position = trained[i].position;
        position.copy_(all[i][0]);
        if (*step > 0)
            adams_[i].restore(all[i][1].to(position.device()), all[i][2].to(position.device()),
                              *step);
    }
    step_ = *step;
    return Done{};
}

} // namespace fp4::quant
