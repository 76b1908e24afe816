#include "linear_tensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

using io::Dtype;

enum Part : size_t { codes, scales, tensor_scale, input_scale };
using Parts = std::array<std::optional<TensorLocation>, 4>;

std::array<std::string_view, 4> names_of(const LayoutSpec& layout) {
    return {layout.codes, layout.scales, layout.tensor_scale, layout.input_scale};
}

// Of methods whose numbers these layouts do not hold.
constexpr std::array<std::string_view, 6> unsupported{
    "pre_quant_scale", "k_scale", "v_scale", "weight_zero_point", "_weight_qdata", "_weight_scale"};

bool belongs_elsewhere(std::string_view part) {
    if (std::ranges::find(unsupported, part) != unsupported.end()) return true;
    return std::ranges::any_of(layout_specs, [&](const LayoutSpec& spec) {
        const auto names = names_of(spec);
        return part != "weight" && !part.empty() && std::ranges::find(names, part) != names.end();
    });
}

Error tensor_error(const TensorLocation& at, std::string_view expected, std::string_view found) {
    return io::expected_found(ErrorCode::bad_file,
                              io::printable_path(at.file->path()) + ": tensor " +
                                  io::in_quotes(at.tensor->name),
                              expected, found);
}

std::string shape_text(const std::vector<uint64_t>& shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

Result<float> read_scalar(const TensorLocation& at) {
    if (at.tensor->dtype != io::Dtype::f32)
        return tensor_error(at, "F32", io::printable(at.tensor->dtype_name));
    if (!at.tensor->shape.empty() && at.tensor->shape != std::vector<uint64_t>{1})
        return tensor_error(at, "shape [] or [1]", shape_text(at.tensor->shape));
    std::array<std::byte, 4> bytes{};
    FP4_TRY(at.file->read(*at.tensor, bytes));
    uint32_t bits = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
        bits |= std::to_integer<uint32_t>(bytes[i]) << (8 * i);
    return std::bit_cast<float>(bits);
}

Result<LinearTensors> make_linear(const LayoutSpec& layout, const std::string& module,
                                  const Parts& parts) {
    const auto names = names_of(layout);
    const auto& any =
        *std::ranges::find_if(parts, [](const auto& part) { return part.has_value(); });
    for (const auto part : {codes, scales, tensor_scale})
        if (!parts[part])
            return io::expected_found(
                ErrorCode::bad_file,
                io::printable_path(any->file->path()) + ": module " + io::in_quotes(module),
                "a tensor " + io::in_quotes(module + "." + std::string(names[part])),
                "no such tensor");
    const auto &code_bytes = *parts[codes]->tensor, &scale_bytes = *parts[scales]->tensor;
    if (code_bytes.dtype != io::Dtype::u8)
        return tensor_error(*parts[codes], "U8", io::printable(code_bytes.dtype_name));
    if (scale_bytes.dtype != layout.scales_dtype)
        return tensor_error(*parts[scales], spec_of(layout.scales_dtype).name,
                            io::printable(scale_bytes.dtype_name));
    if (code_bytes.shape.size() != 2 || code_bytes.byte_size() > max_weight_elements / 2)
        return tensor_error(*parts[codes], "shape [N, K/2] with at most 2^31 elements",
                            shape_text(code_bytes.shape));
    const uint64_t rows = code_bytes.shape[0],
                   k = code_bytes.shape[1] > max_weight_elements ? 0 : code_bytes.shape[1] * 2;
    const auto block = static_cast<uint64_t>(spec_of(layout.weight_format).block);
    if (rows == 0 || k == 0 || k % block != 0)
        return tensor_error(*parts[codes],
                            "shape [N, K/2] with N above 0 and K a multiple of " +
                                std::to_string(block),
                            shape_text(code_bytes.shape));
    if (scale_bytes.shape != std::vector{rows, k / block})
        return tensor_error(*parts[scales], "shape " + shape_text({rows, k / block}),
                            shape_text(scale_bytes.shape));

    LinearTensors linear{
        {module, rows, k, parts[input_scale].has_value()}, *parts[codes], *parts[scales], 0, {}};
    FP4_TRY_ASSIGN(const auto weight, read_scalar(*parts[tensor_scale]));
    linear.tensor_scale = weight;
    if (!parts[input_scale]) return linear;
    FP4_TRY_ASSIGN(const auto input, read_scalar(*parts[input_scale]));
    linear.input_scale = input;
    return linear;
}

} // namespace

Result<TensorSplit> split_tensors(const LayoutSpec& layout, const Checkpoint& checkpoint) {
    TensorSplit split;
    std::map<std::string, Parts> modules;
    const auto names = names_of(layout);
    for (const auto& file : checkpoint.files())
        for (const auto& tensor : file.tensors()) {
            const auto dot = tensor.name.rfind('.');
            const auto name =
                std::string_view(tensor.name).substr(dot == tensor.name.npos ? 0 : dot + 1);
            const auto known = name.empty() ? names.end() : std::ranges::find(names, name);
            const TensorLocation at{&file, &tensor};
            const bool is_plain_weight =
                name == "weight" &&
                tensor.dtype != io::Dtype::u8; // ModelOpt's codes have the name of a matrix
            if (known != names.end() && dot != tensor.name.npos && !is_plain_weight)
                modules[tensor.name.substr(0, dot)][static_cast<size_t>(known - names.begin())] =
                    at;
            else if (belongs_elsewhere(name))
                return tensor_error(at, "the tensors of layout " + std::string(layout.name),
                                    "one that it does not have");
            else
                split.plain.push_back(at);
        }
    std::ranges::sort(split.plain, {}, [](const TensorLocation& at) -> const std::string& {
        return at.tensor->name;
    });
    for (const auto& [module, parts] : modules) {
        FP4_TRY_ASSIGN(auto linear, make_linear(layout, module, parts));
        split.linears.push_back(std::move(linear));
    }
    return split;
}

} // namespace fp4::checkpoints
