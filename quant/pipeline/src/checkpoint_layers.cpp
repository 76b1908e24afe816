#include "fp4/quant/pipeline/checkpoint_layers.hpp"

#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Encoder standard_encoder(Format activations) {
    return activations == Format::razer_a ? Encoder::razer_paper : Encoder::nv;
}

// The forward pass gives all linears of a group one input.
Status check_inputs(const checkpoints::QuantizedCheckpoint& checkpoint) {
    std::map<std::string, std::optional<Format>> inputs;
    for (const auto& linear : checkpoints::model_linears(checkpoint.model()))
        inputs[linear.name] = std::nullopt;
    for (size_t i = 0; i < checkpoint.linears().size(); ++i)
        inputs[checkpoint.linears()[i].name] = checkpoint.activations(i);
    for (const auto& [module, format] : inputs)
        for (const auto& member : checkpoints::fused_group(module))
            if (inputs.at(member) != format)
                return Error{
                    ErrorCode::bad_argument,
                    io::printable_path(checkpoint.folder()) + ": module " + io::in_quotes(module) +
                        ": expected the inputs of its fused group quantized alike, found " +
                        io::in_quotes(member) + " otherwise; it cannot be evaluated"};
    return Done{};
}

// The scale that provides for the larger inputs, where the members of a group differ: what serving
// engines take.
void merge_input_scale(std::optional<TensorScale>& group,
                       const std::optional<TensorScale>& linear) {
    if (linear && (!group || linear->multiplier.value > group->multiplier.value)) group = linear;
}

} // namespace

CheckpointLayers::CheckpointLayers(checkpoints::QuantizedCheckpoint checkpoint,
                                   DecoderConfig config)
    : checkpoint_(std::move(checkpoint)), config_(std::move(config)) {
    const auto& said = checkpoint_.quantization();
    const Format weights = spec_of(checkpoint_.layout()).weight_format;
    scheme_ = {.weights = Side{weights, said.encoder.value_or(weights == Format::razer_w
                                                                  ? Encoder::razer_paper
                                                                  : Encoder::nv)},
               .specials = said.specials,
               .e3m3_max = said.e3m3_max};
    for (size_t i = 0; i < checkpoint_.linears().size(); ++i) {
        place_of_[checkpoint_.linears()[i].name] = i;
        if (const auto inputs = checkpoint_.activations(i))
            scheme_.activations = Side{*inputs, standard_encoder(*inputs)};
    }
}

Result<CheckpointLayers> CheckpointLayers::open(const std::filesystem::path& folder,
                                                const checkpoints::ReadOptions& options) {
    FP4_TRY_ASSIGN(auto checkpoint, checkpoints::QuantizedCheckpoint::open(folder, options));
    if (checkpoint.layout() == checkpoints::Layout::plain)
        return Error{ErrorCode::bad_argument,
                     io::printable_path(folder) +
                         ": expected a quantized checkpoint, found one that is not"};
    if (const auto foreign = checkpoint.foreign(); !foreign.empty())
        return Error{ErrorCode::bad_argument,
                     io::printable_path(folder) + ": module " +
                         io::in_quotes(foreign.front().name) +
                         ": expected a scheme that can be evaluated, found " +
                         foreign.front().scheme + ", which is not read"};
    FP4_TRY_ASSIGN(auto config, read_decoder_config(folder));
    FP4_TRY(check_inputs(checkpoint));
    return CheckpointLayers(std::move(checkpoint), std::move(config));
}

Result<CausalLm> CheckpointLayers::ends() const { return load_ends(checkpoint_.files(), config_); }

Result<QuantizedLayer> CheckpointLayers::load(size_t layer) {
    FP4_TRY_ASSIGN(auto norms, load_norms(checkpoint_.files(), config_, layer));
    QuantizedLayer out{.plain = std::move(norms)};
    for (const LinearGroup group : linear_groups)
        for (const LinearOp op : members(group)) {
            const auto place = place_of_.find(checkpoints::module_name(layer, op));
            if (place == place_of_.end()) {
                FP4_TRY_ASSIGN(auto weights, load_linear(checkpoint_.files(), config_, layer, op));
                out.plain[op] = std::move(weights);
                continue;
            }
            FP4_TRY_ASSIGN(auto linear, checkpoint_.linear(place->second));
            out.weight_scale[static_cast<size_t>(group)] = linear.scale;
            merge_input_scale(out.input_scale[static_cast<size_t>(group)], linear.input_scale);
            out.linears[static_cast<size_t>(op)] = std::move(linear.weight);
        }
    return out;
}

} // namespace fp4::quant
