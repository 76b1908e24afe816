#include "fp4/checkpoints/quantized_checkpoint.hpp"

#include <algorithm>
#include <map>

#include "completeness.hpp"
#include "config_json.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "linear_tensors.hpp"
#include "scale_direction.hpp"

namespace fp4::checkpoints {
namespace {

using io::in_quotes;
using io::printable_path;

constexpr std::string_view head = "lm_head.weight", embedding = "model.embed_tokens.weight";
constexpr size_t chunk_bytes = size_t{1} << 20;

Result<bool> same_bytes(const TensorLocation& a, const TensorLocation& b) {
    if (a.tensor->dtype != b.tensor->dtype || a.tensor->shape != b.tensor->shape) return false;
    std::vector<std::byte> x(chunk_bytes), y(chunk_bytes);
    const uint64_t size = a.tensor->byte_size();
    for (uint64_t at = 0; at < size; at += chunk_bytes) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(chunk_bytes, size - at));
        const auto part_x = std::span(x).first(count), part_y = std::span(y).first(count);
        FP4_TRY(a.file->read_part(*a.tensor, at, part_x));
        FP4_TRY(b.file->read_part(*b.tensor, at, part_y));
        if (!std::ranges::equal(part_x, part_y)) return false;
    }
    return true;
}

// The first NaN scale byte, if the format has one.
Status check_scale_bytes(const PackedTensor& weight, const std::string& where) {
    const ScaleSpec& scale = spec_of(weight.format).scale_spec();
    if (scale.nan_payload < 0) return Done{};
    const auto is_nan = [&](uint8_t byte) {
        return (byte & scale.payload_mask()) == scale.nan_payload;
    };
    const auto at = std::ranges::find_if(weight.scales, is_nan);
    if (at == weight.scales.end()) return Done{};
    const auto flat = static_cast<uint64_t>(at - weight.scales.begin()),
               per_row = weight.scale_bytes_per_row();
    return io::expected_found(ErrorCode::bad_file,
                              where + ": row " + std::to_string(flat / per_row) + ", block " +
                                  std::to_string(flat % per_row),
                              "a finite block scale", *at & 0x80 ? "0xFF (NaN)" : "0x7F (NaN)");
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
    FP4_TRY_ASSIGN(const auto json, read_config_json(folder_));
    FP4_TRY_ASSIGN(const auto tied, has_tied_embeddings(json, folder_));
    FP4_TRY_ASSIGN(auto config, read_quantization(json, folder_));
    config_ = std::move(config);
    FP4_TRY_ASSIGN(auto checkpoint,
                   Checkpoint::open(folder_, options_.access, spec_of(layout()).files));
    checkpoint_ = std::make_shared<const Checkpoint>(std::move(checkpoint));
    FP4_TRY_ASSIGN(auto split, split_tensors(spec_of(layout()), *checkpoint_));
    plain_ = std::move(split.plain);
    FP4_TRY(drop_tied_head(tied));
    for (const auto& at : plain_)
        plain_specs_.push_back({at.tensor->name, at.tensor->dtype, at.tensor->shape});

    std::map<std::string_view, size_t>
        place; // in the model's order; what is not of the model comes last and is refused below
    const auto wanted = model_linears(model());
    for (size_t i = 0; i < wanted.size(); ++i) place.emplace(wanted[i].name, i);
    const auto place_of = [&](const LinearTensors& linear) {
        const auto at = place.find(linear.spec.name);
        return at == place.end() ? place.size() : at->second;
    };
    std::ranges::stable_sort(split.linears, {}, place_of);
    std::vector<Parts> parts;
    for (auto& linear : split.linears) {
        specs_.push_back(linear.spec);
        parts.push_back({std::move(linear)});
    }
    parts_ = std::make_shared<const std::vector<Parts>>(std::move(parts));

    FP4_TRY(check_completeness({model(), tied, plain_specs_, specs_}, io::printable_path(folder_)));
    FP4_TRY(check_ignored());
    return check_tensor_scales();
}

Status QuantizedCheckpoint::drop_tied_head(bool tied) {
    const auto named = [&](std::string_view name) {
        return std::ranges::find_if(plain_,
                                    [&](const auto& at) { return at.tensor->name == name; });
    };
    const auto at = named(head), table = named(embedding);
    if (!tied || at == plain_.end() || table == plain_.end()) return Done{};
    FP4_TRY_ASSIGN(const auto same, same_bytes(*at, *table));
    if (!same)
        return io::expected_found(
            ErrorCode::bad_file,
            io::printable_path(at->file->path()) + ": tensor " + io::in_quotes(head),
            "the bytes of " + io::in_quotes(embedding) + ", since tie_word_embeddings is true",
            "others");
    warnings_.push_back(io::printable_path(at->file->path()) + ": tensor " + io::in_quotes(head) +
                        " is a copy of the tied embedding and is left out");
    plain_.erase(at);
    return Done{};
}

Status QuantizedCheckpoint::check_ignored() {
    if (layout() == Layout::plain) return Done{};
    const auto fail = [&](std::string_view module, const char* expected, const char* found) {
        return io::expected_found(ErrorCode::bad_file,
                                  io::printable_path(folder_) + ": module " + io::in_quotes(module),
                                  expected, found);
    };
    for (const auto& linear : specs_) {
        if (match_ignored(config_.ignore, linear.name) == Match::yes)
            return fail(linear.name, "it not quantized, as the configuration says",
                        "quantized tensors");
        const bool inputs = config_.activations.has_value();
        if (linear.has_input_scale && !inputs)
            return fail(linear.name, "no input scale, since inputs are not quantized", "one");
        if (!linear.has_input_scale && inputs && layout() != Layout::razer)
            return fail(linear.name, "an input scale, since inputs are quantized", "none");
    }
    bool unknown = false;
    const ModelTensors tensors{model(), false, plain_specs_, specs_};
    for (const auto& module : unquantized_modules(tensors)) {
        if (module == "lm_head") continue;
        const auto match = match_ignored(config_.ignore, module);
        if (match == Match::no)
            return fail(module, "it quantized, or named as left out in the configuration",
                        "a weight that is not quantized");
        unknown |= match == Match::unknown;
    }
    if (unknown)
        warnings_.push_back(
            io::printable_path(folder_) +
            ": regular expressions in the list of modules left out are not evaluated");
    return Done{};
}

float QuantizedCheckpoint::scale_range() const {
    return layout() == Layout::razer ? 6.0f * static_cast<float>(config_.e3m3_max) : 2688.0f;
}

Status QuantizedCheckpoint::check_tensor_scales() {
    const LayoutSpec& layout_spec = spec_of(layout());
    std::vector<StoredScale> inputs;
    const auto plausible = [&](const Status& checked) -> Status {
        if (checked || !options_.allow_implausible_scales) return checked;
        warnings_.push_back(checked.error().message);
        return Done{};
    };
    for (const auto& linear : *parts_) {
        const auto named = [&](std::string_view part, float value) {
            return StoredScale{io::printable_path(folder_) + ": tensor " +
                                   io::in_quotes(linear.spec.name + "." + std::string(part)),
                               value};
        };
        const auto weight = named(layout_spec.tensor_scale, linear.tensor_scale);
        FP4_TRY(check_scale_number(weight));
        FP4_TRY(plausible(check_weight_scale(layout_spec.scale_kind, scale_range(), weight)));
        if (!linear.input_scale) continue;
        inputs.push_back(named(layout_spec.input_scale, *linear.input_scale));
        FP4_TRY(check_scale_number(inputs.back()));
    }
    return plausible(check_input_scales(layout_spec.scale_kind, inputs));
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
    FP4_TRY_ASSIGN(auto codes, read_bytes(parts.codes));
    FP4_TRY_ASSIGN(auto scales, read_bytes(parts.scales));

    QuantizedLinear linear{parts.spec.name,
                           {layout_spec.weight_format, config_.specials, parts.spec.rows,
                            parts.spec.k, std::move(codes), std::move(scales)}};
    if (const auto own = config_.v2_halves_of.find(linear.name); own != config_.v2_halves_of.end())
        linear.weight.specials.v2_halves = own->second;
    linear.scale = stored_scale(layout_spec.scale_kind, parts.tensor_scale);
    linear.weight.tensor_scale = Fp32::from_float(linear.scale.multiplier.value);
    linear.exact = layout_spec.scale_kind;
    linear.encoder = config_.encoder;
    linear.e3m3_max = config_.e3m3_max;
    linear.activations = config_.activations;
    if (parts.input_scale)
        linear.input_scale = stored_scale(layout_spec.scale_kind, *parts.input_scale);

    const auto where = io::printable_path(parts.scales.file->path()) + ": tensor " +
                       io::in_quotes(parts.scales.tensor->name);
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
    FusedScaleCheck fused(spec_of(layout()).scale_kind);
    for (size_t i = 0; i < specs_.size(); ++i) {
        FP4_TRY_ASSIGN(const auto read, linear(i));
        report.elements += read.weight.rows * read.weight.k;
        report.scale_bytes_with_bit_7 += scale_bytes_with_bit_7(read.weight);
        if (auto checked = fused.add(read); !checked) {
            auto error = checked.error();
            error.message = io::printable_path(folder_) + ": " + error.message;
            return error;
        }
    }
    if (report.scale_bytes_with_bit_7 != 0)
        report.warnings.push_back(io::printable_path(folder_) + ": " +
                                  std::to_string(report.scale_bytes_with_bit_7) +
                                  " scale bytes have bit 7 set, which decoding ignores");
    return report;
}

} // namespace fp4::checkpoints
