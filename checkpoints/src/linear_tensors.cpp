#include "linear_tensors.hpp"

#include <algorithm>
#include <bit>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

using io::in_quotes;

// The last parts of names that only other methods have, and what they mean there.
struct ForeignPart {
    std::string_view part, scheme;
};
constexpr std::array<ForeignPart, 13> foreign_parts{{
    {"weight_scale_inv", "block-scaled FP8"},
    {"pre_quant_scale", "NVFP4_AWQ, whose inputs are multiplied by it"},
    {"weight_zero_point", "integers with a zero point"},
    {"_weight_qdata", "torchao"},
    {"_weight_scale", "torchao"},
    {"qweight", "GPTQ or AWQ"},
    {"qzeros", "GPTQ or AWQ"},
    {"g_idx", "GPTQ"},
    {"absmax", "bitsandbytes"},
    {"quant_map", "bitsandbytes"},
    {"SCB", "bitsandbytes"},
    {"weight_blocks", "MXFP4"},
    {"weight_scales", "MXFP4"},
}};

constexpr std::array<std::string_view, 4> kv_cache_parts{"k_scale", "v_scale", "kv_scale",
                                                         "q_scale"};

std::string_view last_part(std::string_view name) {
    const auto dot = name.rfind('.');
    return name.substr(dot == name.npos ? 0 : dot + 1);
}

// What a part that is none of this layout means; none: a plain tensor.
std::optional<std::string_view> stranger(std::string_view part) {
    const auto at = std::ranges::find(foreign_parts, part, &ForeignPart::part);
    if (at != foreign_parts.end()) return at->scheme;
    for (const auto& spec : layout_specs) {
        const auto names = part_names(spec);
        if (part != "weight" && !part.empty() && std::ranges::find(names, part) != names.end())
            return "";
    }
    return std::nullopt;
}

// A head of floats stays readable whatever a group that names all linears says.
bool is_foreign(const QuantizationConfig& config, std::string_view module, std::string_view part,
                io::Dtype dtype) {
    if (config.scheme_of(module).kind != ModuleScheme::Kind::foreign || part == "bias")
        return false;
    const bool is_float =
        dtype == io::Dtype::bf16 || dtype == io::Dtype::f16 || dtype == io::Dtype::f32;
    return !(module == "lm_head" && part == "weight" && is_float);
}

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

// Scales as tensor cores load them: 128 x 4 tiles, padded; [N, B] as it is then, as a row, or as
// torchao keeps it.
bool is_swizzled(const std::vector<uint64_t>& shape, uint64_t rows, uint64_t blocks) {
    const uint64_t tall = rounded_up(rows, 128), wide = rounded_up(blocks, 4);
    return shape == std::vector{tall, wide} || shape == std::vector{tall * wide} ||
           shape == std::vector{tall / 4, wide * 4};
}

bool is_one(const std::vector<uint64_t>& shape) {
    return shape.empty() || shape == std::vector<uint64_t>{1};
}
bool is_of_rows(const std::vector<uint64_t>& shape, uint64_t rows) {
    return shape == std::vector{rows} || shape == std::vector<uint64_t>{rows, 1};
}

class LinearExaminer {
  public:
    LinearExaminer(const LayoutSpec& layout, const std::string& module, const LinearParts& parts)
        : layout_(layout), names_(part_names(layout)), module_(module), parts_(parts) {}

    std::vector<Finding> examine() {
        for (const auto part : {codes, scales, tensor_scale})
            if (!parts_[part]) missing(part);
        check_dtype(codes, io::Dtype::u8);
        check_dtype(scales, layout_.scales_dtype);
        check_shapes();
        check_outer_scale(tensor_scale, true);
        check_outer_scale(input_scale, false);
        return std::move(findings_);
    }

  private:
    void note(LinearPart part, std::string_view code, std::string_view expected,
              std::string_view found) {
        findings_.push_back(
            {Severity::error, std::string(code), parts_[part]->tensor->name,
             io::expected_found(ErrorCode::bad_file, place_text(*parts_[part]), expected, found)
                 .message});
    }

    void missing(LinearPart part) {
        const auto& any =
            *std::ranges::find_if(parts_, [](const auto& each) { return each.has_value(); });
        const auto name = module_ + "." + std::string(names_[part]);
        findings_.push_back({Severity::error, std::string(finding::missing_tensor), name,
                             io::expected_found(ErrorCode::bad_file,
                                                io::printable_path(any->file->path()) +
                                                    ": module " + in_quotes(module_),
                                                "a tensor " + in_quotes(name), "no such tensor")
                                 .message});
    }

    void check_dtype(LinearPart part, io::Dtype wanted) {
        if (parts_[part] && parts_[part]->tensor->dtype != wanted)
            note(part, finding::wrong_dtype, io::spec_of(wanted).name,
                 describe(*parts_[part]->tensor));
    }

    void check_shapes() {
        if (!parts_[codes]) return;
        const auto& shape = parts_[codes]->tensor->shape;
        const auto wrong = [&](const std::string& expected) {
            note(codes, finding::wrong_shape, "shape [N, K/2] with " + expected, shape_text(shape));
        };
        const auto elements = io::element_count(shape);
        if (shape.size() != 2 || !elements || *elements > max_weight_elements / 2)
            return wrong("at most 2^31 elements");
        const auto block = static_cast<uint64_t>(spec_of(layout_.weight_format).block);
        const uint64_t rows = shape[0], k = shape[1] > max_weight_elements ? 0 : shape[1] * 2;
        if (rows == 0 || k == 0 || k % block != 0)
            return wrong("N above 0 and K a multiple of " + std::to_string(block));
        if (!parts_[scales]) return;
        const auto& found = parts_[scales]->tensor->shape;
        const std::vector wanted{rows, k / block};
        if (found == wanted) return;
        const bool swizzled = is_swizzled(found, rows, k / block);
        note(scales, swizzled ? finding::swizzled_scales : finding::wrong_shape,
             "shape " + shape_text(wanted),
             shape_text(found) +
                 (swizzled ? ": padded and in the order in which tensor cores load them?" : ""));
    }

    // One number; of a weight also one for each row.
    void check_outer_scale(LinearPart part, bool may_be_of_rows) {
        if (!parts_[part]) return;
        check_dtype(part, io::Dtype::f32);
        const auto& shape = parts_[part]->tensor->shape;
        const auto* weight =
            may_be_of_rows && parts_[codes] ? &parts_[codes]->tensor->shape : nullptr;
        if (is_one(shape) || (weight && !weight->empty() && is_of_rows(shape, weight->front())))
            return;
        note(part, finding::wrong_shape,
             may_be_of_rows ? "shape [], [1], or one for each row, [N] or [N, 1]"
                            : "shape [] or [1]",
             shape_text(shape));
    }

    const LayoutSpec& layout_;
    std::array<std::string_view, 4> names_;
    const std::string& module_;
    const LinearParts& parts_;
    std::vector<Finding> findings_;
};

Result<std::vector<float>> read_floats(const TensorLocation& at) {
    std::vector<std::byte> bytes(at.tensor->byte_size());
    FP4_TRY(at.file->read(*at.tensor, bytes));
    std::vector<float> out(bytes.size() / sizeof(float));
    for (size_t i = 0; i < out.size(); ++i) {
        uint32_t bits = 0;
        for (size_t j = 0; j < sizeof(float); ++j)
            bits |= std::to_integer<uint32_t>(bytes[i * sizeof(float) + j]) << (8 * j);
        out[i] = std::bit_cast<float>(bits);
    }
    return out;
}

} // namespace

std::array<std::string_view, 4> part_names(const LayoutSpec& layout) {
    return {layout.codes, layout.scales, layout.tensor_scale, layout.input_scale};
}

bool is_kv_cache_scale(std::string_view tensor) {
    return std::ranges::find(kv_cache_parts, last_part(tensor)) != kv_cache_parts.end();
}

TensorSplit split_tensors(const Checkpoint& checkpoint) {
    const auto& config = checkpoint.quantization();
    const auto names = part_names(spec_of(config.layout));
    TensorSplit split;
    for (const auto& file : checkpoint.files())
        for (const auto& tensor : file.tensors()) {
            const TensorLocation at{&file, &tensor};
            const auto dot = tensor.name.rfind('.');
            const auto part = last_part(tensor.name);
            const auto module = dot == tensor.name.npos ? "" : tensor.name.substr(0, dot);
            const auto known = part.empty() ? names.end() : std::ranges::find(names, part);
            // ModelOpt's codes have the name of a matrix.
            const bool is_plain_weight = part == "weight" && tensor.dtype != io::Dtype::u8;
            if (is_foreign(config, module, part, tensor.dtype))
                split.foreign[module].push_back(at);
            else if (is_kv_cache_scale(tensor.name))
                split.kv_scales.push_back(at);
            else if (known != names.end() && !module.empty() && !is_plain_weight)
                split.linears[module][static_cast<size_t>(known - names.begin())] = at;
            else if (const auto scheme = stranger(part))
                split.stray.push_back({at, *scheme});
            else
                split.plain.push_back(at);
        }
    const auto name = [](const TensorLocation& at) -> const std::string& {
        return at.tensor->name;
    };
    std::ranges::sort(split.plain, {}, name);
    std::ranges::sort(split.kv_scales, {}, name);
    return split;
}

Error stray_error(const LayoutSpec& layout, const StrayTensor& stray) {
    const auto own = describe(*stray.at.tensor);
    return io::expected_found(ErrorCode::bad_file, place_text(stray.at),
                              "the tensors of layout " + std::string(layout.name),
                              stray.scheme.empty()
                                  ? "one that it does not have, " + own
                                  : "one of " + std::string(stray.scheme) + ", " + own);
}

std::vector<Finding> examine_linear(const LayoutSpec& layout, const std::string& module,
                                    const LinearParts& parts) {
    return LinearExaminer(layout, module, parts).examine();
}

Result<LinearTensors> read_linear_tensors(const std::string& module, const LinearParts& parts) {
    const auto& shape = parts[codes]->tensor->shape;
    LinearTensors linear{{module, shape[0], shape[1] * 2, parts[input_scale].has_value(),
                          !is_one(parts[tensor_scale]->tensor->shape)},
                         parts};
    FP4_TRY_ASSIGN(linear.tensor_scales, read_floats(*parts[tensor_scale]));
    if (!parts[input_scale]) return linear;
    FP4_TRY_ASSIGN(const auto input, read_floats(*parts[input_scale]));
    linear.input_scale = input.front();
    return linear;
}

} // namespace fp4::checkpoints
