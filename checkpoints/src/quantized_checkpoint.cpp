#include "fp4/checkpoints/quantized_checkpoint.hpp"

#include <algorithm>
#include <map>

#include "completeness.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "linear_tensors.hpp"
#include "scale_bytes.hpp"
#include "scale_direction.hpp"
#include "tensor_scales.hpp"
#include "tied_head.hpp"

namespace fp4::checkpoints {
namespace {

// The first NaN scale byte, if the format has one.
Status check_scale_bytes(const PackedTensor& weight, const std::string& where) {
    const auto at = std::ranges::find_if(
        weight.scales, [&](uint8_t byte) { return is_nan_scale(weight.format, byte); });
    if (at == weight.scales.end()) return Done{};
    const auto flat = static_cast<uint64_t>(at - weight.scales.begin());
    return io::expected_found(ErrorCode::bad_file,
                              where + ": " + block_place(flat, weight.scale_bytes_per_row()),
                              "a finite block scale", nan_text(*at));
}

// Of linears in their order; modules that the model does not have come last.
std::map<std::string_view, size_t> places_of(std::span<const LinearSpec> linears) {
    std::map<std::string_view, size_t> places;
    for (size_t i = 0; i < linears.size(); ++i) places.emplace(linears[i].name, i);
    return places;
}

Result<std::vector<uint8_t>> read_bytes(const TensorLocation& at) {
    std::vector<uint8_t> bytes(at.tensor->byte_size());
    FP4_TRY(at.file->read(*at.tensor, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

} // namespace

struct QuantizedCheckpoint::Parts : LinearTensors {};

TensorScale stored_scale(TensorScaleKind kind, float stored) {
    return kind == TensorScaleKind::divisor ? TensorScale{{1.0f / stored}, {stored}}
                                            : TensorScale{{stored}, {1.0f / stored}};
}

void QuantizedLinear::set_scales(std::span<const TensorScale> scales) {
    const auto multiplier = [](const TensorScale& each) {
        return Fp32::from_float(each.multiplier.value);
    };
    scale = scales.front();
    weight.tensor_scale = multiplier(scale);
    row_scales.clear();
    weight.row_scales.clear();
    if (scales.size() == 1) return;
    row_scales.assign(scales.begin(), scales.end());
    std::ranges::transform(scales, std::back_inserter(weight.row_scales), multiplier);
}

float number_of(const TensorScale& scale, TensorScaleKind kind) {
    return kind == TensorScaleKind::divisor ? scale.divisor.value : scale.multiplier.value;
}

uint64_t scale_bytes_with_bit_7(const PackedTensor& weight) {
    if (weight.format != Format::nvfp4) return 0;
    return static_cast<uint64_t>(
        std::ranges::count_if(weight.scales, [](uint8_t byte) { return (byte & 0x80) != 0; }));
}

Result<QuantizedCheckpoint> QuantizedCheckpoint::open(const std::filesystem::path& folder,
                                                      const ReadOptions& options) {
    QuantizedCheckpoint checkpoint;
    checkpoint.options_ = options;
    checkpoint.folder_ = folder;
    FP4_TRY(checkpoint.read_folder());
    return checkpoint;
}

Status QuantizedCheckpoint::read_folder() {
    FP4_TRY_ASSIGN(auto checkpoint, Checkpoint::open(folder_, options_.access));
    checkpoint_ = std::make_shared<const Checkpoint>(std::move(checkpoint));
    auto split = split_tensors(*checkpoint_);
    if (!split.stray.empty()) return stray_error(spec_of(layout()), split.stray.front());
    plain_ = std::move(split.plain);
    kv_cache_scales_ = std::move(split.kv_scales);
    for (auto& [module, tensors] : split.foreign)
        foreign_.push_back(
            {module, quantization().scheme_of(module).foreign_scheme, std::move(tensors)});
    FP4_TRY(drop_tied_head());
    for (const auto& at : plain_)
        plain_specs_.push_back({at.tensor->name, at.tensor->dtype, at.tensor->shape});
    FP4_TRY(read_linears(split));

    ModelTensors tensors{model(), checkpoint_->tensor_flags(), plain_specs_, specs_};
    tensors.files = checkpoint_.get();
    for (const auto& linear : foreign_) tensors.foreign.insert(linear.name);
    FP4_TRY(check_completeness(tensors, io::printable_path(folder_)));
    FP4_TRY(check_schemes());
    FP4_TRY(check_tensor_scales());
    warn_of_groups();
    warn_of_rest();
    return Done{};
}

// In the model's order; what is not of the model comes last and is refused by check_completeness.
Status QuantizedCheckpoint::read_linears(const TensorSplit& split) {
    const LayoutSpec& layout_spec = spec_of(layout());
    std::vector<Parts> read;
    for (const auto& [module, tensors] : split.linears) {
        const auto findings = examine_linear(layout_spec, module, tensors);
        if (!findings.empty()) return Error{ErrorCode::bad_file, findings.front().message};
        FP4_TRY_ASSIGN(auto linear, read_linear_tensors(module, tensors));
        read.push_back({std::move(linear)});
    }
    const auto wanted = model_linears(model());
    const auto places = places_of(wanted);
    std::ranges::stable_sort(read, {}, [&](const Parts& linear) {
        const auto at = places.find(linear.spec.name);
        return at == places.end() ? places.size() : at->second;
    });
    for (const auto& linear : read) specs_.push_back(linear.spec);
    parts_ = std::make_shared<const std::vector<Parts>>(std::move(read));
    return Done{};
}

Status QuantizedCheckpoint::drop_tied_head() {
    FP4_TRY_ASSIGN(const auto copy, copy_of_tied_embedding(*checkpoint_));
    if (!copy) return Done{};
    warnings_.push_back(place_text(*copy) + " is a copy of the tied embedding and is left out");
    std::erase_if(plain_, [&](const auto& at) { return at.tensor == copy->tensor; });
    return Done{};
}

// What the configuration says of each linear against what there is. An input scale that is not
// announced is not used; without one that is, the linear's inputs are not quantized.
Status QuantizedCheckpoint::check_schemes() {
    if (layout() == Layout::plain) return Done{};
    const auto fail = [&](std::string_view module, const char* expected, const char* found) {
        return io::expected_found(ErrorCode::bad_file,
                                  io::printable_path(folder_) + ": module " + io::in_quotes(module),
                                  expected, found);
    };
    using Kind = ModuleScheme::Kind;
    std::vector<std::string> unannounced, without;
    for (auto& linear : specs_) {
        const auto& scheme = quantization().scheme_of(linear.name);
        if (scheme.kind != Kind::quantized)
            return fail(linear.name, "it not quantized, as the configuration says",
                        "quantized tensors");
        if (linear.has_input_scale && !scheme.activations) {
            unannounced.push_back(linear.name);
            linear.has_input_scale = false;
        } else if (!linear.has_input_scale && scheme.activations &&
                   !spec_of(layout()).inputs_without_scale) {
            without.push_back(linear.name);
        }
    }
    for (const auto& module : unquantized_modules({model(), {}, plain_specs_, specs_}))
        if (module != "lm_head" && quantization().scheme_of(module).kind == Kind::quantized)
            return fail(module, "it quantized, or named as left out in the configuration",
                        "a weight that is not quantized");
    const auto warn = [&](const std::vector<std::string>& modules, const char* what) {
        if (!modules.empty())
            warnings_.push_back(io::printable_path(folder_) + ": " +
                                std::to_string(modules.size()) + what + some_of(modules));
    };
    warn(unannounced, " linears have an input scale, though the configuration says that inputs are "
                      "not quantized; nothing uses it: ");
    warn(without, " linears have no input scale, though the configuration says that inputs are "
                  "quantized; they are read as weights only: ");
    return Done{};
}

Status QuantizedCheckpoint::check_tensor_scales() {
    const LayoutSpec& layout_spec = spec_of(layout());
    const auto scales = tensor_scales_of(*parts_);
    for (const auto* list : {&scales.weights, &scales.inputs})
        for (const auto& scale : *list) FP4_TRY(check_scale_number(scale));
    const auto weights =
                   weight_direction(layout_spec.scale_kind,
                                    full_scale_range(layout_spec, quantization()), scales.weights),
               inputs = input_direction(layout_spec.scale_kind, scales.inputs);
    if (weights.inverted && !options_.allow_implausible_scales)
        return Error{ErrorCode::bad_file, weights.odd.front().message + ", as nearly all of the " +
                                              std::to_string(scales.weights.size()) +
                                              " tensor scales"};
    for (const auto* direction : {&weights, &inputs})
        for (const auto& odd : direction->odd) {
            if (options_.strict) return Error{ErrorCode::bad_file, odd.message};
            warnings_.push_back(odd.message);
        }
    if (inputs.inverted)
        warnings_.push_back(io::printable_path(folder_) +
                            ": nearly all input scales look like their inverses");
    return Done{};
}

void QuantizedCheckpoint::warn_of_groups() {
    if (!spec_of(layout()).fused_scales_equal) return;
    const auto where = io::printable_path(folder_) + ": ";
    for (const auto& sentence : split_groups(specs_)) warnings_.push_back(where + sentence);
    FusedScales fused;
    for (size_t i = 0; i < specs_.size(); ++i) {
        const auto& parts = (*parts_)[i];
        if (specs_[i].has_row_scales) continue;
        if (const auto sentence =
                fused.difference(specs_[i].name, parts.tensor_scales.front(),
                                 specs_[i].has_input_scale ? parts.input_scale : std::nullopt))
            warnings_.push_back(where + *sentence);
    }
}

// What is left alone, and what nothing uses.
void QuantizedCheckpoint::warn_of_rest() {
    const auto where = io::printable_path(folder_) + ": ";
    std::map<std::string_view, std::vector<std::string>> schemes;
    for (const auto& linear : foreign_) schemes[linear.scheme].push_back(linear.name);
    for (const auto& [scheme, modules] : schemes)
        warnings_.push_back(where + std::to_string(modules.size()) +
                            " modules in a scheme that is "
                            "not read (" +
                            std::string(scheme) + ") are left alone: " + some_of(modules));
    if (!kv_cache_scales_.empty() || !quantization().kv_cache.empty())
        warnings_.push_back(where + kv_cache_note(quantization(), kv_cache_scales_) +
                            " are left alone");
    if (const auto unused = unused_tensors_warning(*checkpoint_)) warnings_.push_back(*unused);
}

std::optional<Format> QuantizedCheckpoint::activations(size_t i) const {
    const auto& spec = specs_[i];
    return spec.has_input_scale || spec_of(layout()).inputs_without_scale
               ? quantization().scheme_of(spec.name).activations
               : std::nullopt;
}

Status QuantizedCheckpoint::read_plain(size_t i, uint64_t offset,
                                       std::span<std::byte> bytes) const {
    if (i >= plain_.size())
        return Error{ErrorCode::bad_argument,
                     io::printable_path(folder_) +
                         ": expected the number of a plain tensor, found " + std::to_string(i)};
    return plain_[i].file->read_part(*plain_[i].tensor, offset, bytes);
}

Result<QuantizedLinear> QuantizedCheckpoint::linear(size_t i) {
    if (i >= specs_.size())
        return Error{ErrorCode::bad_argument, io::printable_path(folder_) +
                                                  ": expected the number of a linear, found " +
                                                  std::to_string(i)};
    const LayoutSpec& layout_spec = spec_of(layout());
    const Parts& parts = (*parts_)[i];
    FP4_TRY_ASSIGN(auto codes, read_bytes(*parts.tensors[LinearPart::codes]));
    FP4_TRY_ASSIGN(auto scales, read_bytes(*parts.tensors[LinearPart::scales]));

    const auto& config = quantization();
    QuantizedLinear linear{parts.spec.name,
                           {{layout_spec.weight_format, config.specials},
                            parts.spec.rows,
                            parts.spec.k,
                            std::move(codes),
                            std::move(scales)}};
    if (const auto own = config.v2_halves_of.find(linear.name); own != config.v2_halves_of.end())
        linear.weight.specials.v2_halves = own->second;
    std::vector<TensorScale> outer;
    for (const float number : parts.tensor_scales)
        outer.push_back(stored_scale(layout_spec.scale_kind, number));
    linear.set_scales(outer);
    linear.exact = layout_spec.scale_kind;
    linear.encoder = config.encoder;
    linear.e3m3_max = config.e3m3_max;
    linear.activations = activations(i);
    if (specs_[i].has_input_scale)
        linear.input_scale = stored_scale(layout_spec.scale_kind, *parts.input_scale);

    const auto where = place_text(*parts.tensors[LinearPart::scales]);
    FP4_TRY(check_scale_bytes(linear.weight, where));
    if (options_.strict)
        if (const auto count = scale_bytes_with_bit_7(linear.weight))
            return io::expected_found(ErrorCode::bad_file, where, "scale bytes with bit 7 clear",
                                      std::to_string(count) + " with it set");
    return linear;
}

Result<CheckReport> QuantizedCheckpoint::check() {
    CheckReport report;
    report.warnings = warnings_;
    for (size_t i = 0; i < specs_.size(); ++i) {
        FP4_TRY_ASSIGN(const auto read, linear(i));
        report.elements += read.weight.rows * read.weight.k;
        report.scale_bytes_with_bit_7 += scale_bytes_with_bit_7(read.weight);
    }
    if (report.scale_bytes_with_bit_7 != 0)
        report.warnings.push_back(io::printable_path(folder_) + ": " +
                                  std::to_string(report.scale_bytes_with_bit_7) +
                                  " scale bytes have bit 7 set, which decoding ignores");
    return report;
}

} // namespace fp4::checkpoints
