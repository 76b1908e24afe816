#include "fp4/quant/pipeline/layer_file.hpp"

#include <bit>
#include <sstream>
#include <vector>

#include "fp4/io/message.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/quant/model/layer_vectors.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using io::Dtype;

constexpr const char* fingerprint_key = "fp4sim.layer";

std::array<float, 3> numbers(const TensorScale& scale) {
    return {scale.multiplier.value, scale.divisor.value, scale.amax};
}

// "0" without a transform, else each group's block.
std::string hadamard_text(const QuantizedLayer& layer) {
    if (!layer.transforms()) return "0";
    std::string out;
    for (const int64_t block : layer.hadamard) {
        if (!out.empty()) out += ' ';
        out += std::to_string(block);
    }
    return out;
}

std::array<int64_t, 4> hadamard_blocks(const std::string& text) {
    std::array<int64_t, 4> blocks{};
    std::istringstream in(text);
    for (int64_t& block : blocks) in >> block;
    return blocks;
}

class LayerReader {
  public:
    LayerReader(const io::SafetensorsFile& file, const Scheme& scheme)
        : file_(file), scheme_(scheme) {}

    Status fail(const std::string& tensor, const std::string& expected) const {
        return Error{ErrorCode::bad_file, io::printable_path(file_.path()) + ": tensor " +
                                              io::in_quotes(tensor) + ": expected " + expected};
    }

    Status vector(const std::string& name, Tensor& out) const {
        const auto* info = file_.find(name);
        if (!info) return Done{};
        if (info->dtype != Dtype::f32 || info->shape.size() != 1)
            return fail(name, "F32 of rank 1");
        out = torch::empty({static_cast<int64_t>(info->shape[0])}, torch::kFloat);
        return file_.read(*info, {static_cast<std::byte*>(out.data_ptr()),
                                  static_cast<size_t>(info->byte_size())});
    }

    Status scale(const std::string& name, std::optional<TensorScale>& out) const {
        const auto* info = file_.find(name);
        if (!info) return Done{};
        std::array<float, 3> stored{};
        if (info->dtype != Dtype::f32 || info->byte_size() != sizeof(stored))
            return fail(name, "three F32 numbers");
        FP4_TRY(file_.read(*info, std::as_writable_bytes(std::span(stored))));
        out = TensorScale{{stored[0]}, {stored[1]}, stored[2]};
        return Done{};
    }

    Status linear(const std::string& op, const std::optional<TensorScale>& tensor_scale,
                  std::optional<PackedTensor>& out) const {
        const auto* codes = file_.find(op + ".codes");
        const auto* scales = file_.find(op + ".scales");
        if (!codes && !scales) return Done{};
        if (!codes || !scales || codes->shape.size() != 2 || scales->shape.size() != 2 ||
            !tensor_scale || !scheme_.weights)
            return fail(op + ".codes", "it with .scales and a tensor scale");
        PackedTensor packed{
            {scheme_.weights->format, scheme_.specials}, codes->shape[0], codes->shape[1] * 2};
        packed.codes.resize(codes->byte_size());
        packed.scales.resize(scales->byte_size());
        packed.tensor_scale = Fp32{std::bit_cast<uint32_t>(tensor_scale->multiplier.value)};
        FP4_TRY(file_.read(*codes, std::as_writable_bytes(std::span(packed.codes))));
        FP4_TRY(file_.read(*scales, std::as_writable_bytes(std::span(packed.scales))));
        FP4_TRY(check_shape(packed, op));
        out = std::move(packed);
        return Done{};
    }

  private:
    const io::SafetensorsFile& file_;
    const Scheme& scheme_;
};

} // namespace

std::filesystem::path LayerFiles::path(size_t layer) const {
    return folder / ("layer-" + std::to_string(layer) + ".safetensors");
}

bool LayerFiles::all_there(size_t layers) const {
    for (size_t layer = 0; layer < layers; ++layer)
        if (!std::filesystem::exists(path(layer))) return false;
    return true;
}

Status LayerFiles::save(size_t layer, const QuantizedLayer& quantized) const {
    std::vector<io::TensorData> tensors;
    std::vector<std::array<float, 3>> scales;
    scales.reserve(8);
    const auto add_scale = [&](const std::string& name, const std::optional<TensorScale>& scale) {
        if (!scale) return;
        scales.push_back(numbers(*scale));
        tensors.push_back({name, Dtype::f32, {3}, std::as_bytes(std::span(scales.back()))});
    };
    std::vector<Tensor> kept;
    for (const auto& [name, tensor, values] : vectors(quantized.plain)) {
        if (!values->defined()) continue;
        kept.push_back(values->to(torch::kCPU).contiguous());
        tensors.push_back({name,
                           Dtype::f32,
                           {static_cast<uint64_t>(values->numel())},
                           {static_cast<const std::byte*>(kept.back().data_ptr()),
                            static_cast<size_t>(values->numel()) * 4}});
    }
    for (const LinearGroup group : linear_groups) {
        const auto name = "group." + std::string(name_of(group));
        add_scale(name + ".weight_scale", quantized.weight_scale[static_cast<size_t>(group)]);
        add_scale(name + ".input_scale", quantized.input_scale[static_cast<size_t>(group)]);
    }
    for (const LinearOp op : linear_ops) {
        const auto& packed = quantized.linears[static_cast<size_t>(op)];
        if (!packed) continue;
        const std::string name(name_of(op));
        tensors.push_back({name + ".codes",
                           Dtype::u8,
                           {packed->rows, packed->code_bytes_per_row()},
                           std::as_bytes(std::span(packed->codes))});
        tensors.push_back({name + ".scales",
                           Dtype::u8,
                           {packed->rows, packed->scale_bytes_per_row()},
                           std::as_bytes(std::span(packed->scales))});
    }
    return io::write_safetensors(
        path(layer), {{fingerprint_key, fingerprint}, {"hadamard", hadamard_text(quantized)}},
        tensors);
}

Result<QuantizedLayer> LayerFiles::load(size_t layer) const {
    FP4_TRY_ASSIGN(const auto file, io::SafetensorsFile::open(path(layer)));
    const auto at = file.metadata().find(fingerprint_key);
    if (at == file.metadata().end() || at->second != fingerprint)
        return Error{ErrorCode::bad_file, io::printable_path(file.path()) +
                                              ": expected a layer of this model and these "
                                              "options; remove the folder to begin anew"};
    const LayerReader reader(file, scheme);
    QuantizedLayer quantized;
    if (const auto blocks = file.metadata().find("hadamard"); blocks != file.metadata().end())
        quantized.hadamard = hadamard_blocks(blocks->second);
    for (const auto& vector : vectors(quantized.plain))
        FP4_TRY(reader.vector(vector.name, *vector.values));
    for (const LinearGroup group : linear_groups) {
        const auto name = "group." + std::string(name_of(group));
        const auto g = static_cast<size_t>(group);
        FP4_TRY(reader.scale(name + ".weight_scale", quantized.weight_scale[g]));
        FP4_TRY(reader.scale(name + ".input_scale", quantized.input_scale[g]));
        for (const LinearOp op : members(group))
            FP4_TRY(reader.linear(std::string(name_of(op)), quantized.weight_scale[g],
                                  quantized.linears[static_cast<size_t>(op)]));
    }
    return quantized;
}

} // namespace fp4::quant
