#include "fp4/quant/pipeline/checkpoint_layers.hpp"

#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// Of a checkpoint: its layout's weights, and the encoders that it names or that its format has.
Scheme scheme_of(const checkpoints::QuantizedCheckpoint& checkpoint) {
    const auto& said = checkpoint.quantization();
    const Format weights = spec_of(checkpoint.layout()).weight_format;
    Scheme scheme{.weights = Side{weights, said.encoder.value_or(*default_encoder(weights))},
                  .specials = said.specials,
                  .e3m3_max = said.e3m3_max};
    for (size_t i = 0; i < checkpoint.linears().size(); ++i)
        if (const auto inputs = checkpoint.activations(i))
            scheme.activations = Side{*inputs, *default_encoder(*inputs)};
    return scheme;
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
                                   DecoderConfig config, torch::Device device)
    : QuantizedLayers(scheme_of(checkpoint)), checkpoint_(std::move(checkpoint)),
      config_(std::move(config)), device_(device) {
    for (size_t i = 0; i < checkpoint_.linears().size(); ++i)
        place_of_[checkpoint_.linears()[i].name] = i;
}

Result<CheckpointLayers> CheckpointLayers::open(const std::filesystem::path& folder,
                                                const checkpoints::ReadOptions& options,
                                                torch::Device device) {
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
    return CheckpointLayers(std::move(checkpoint), std::move(config), device);
}

Result<CausalLm> CheckpointLayers::ends() const { return load_ends(checkpoint_.files(), config_); }

Result<QuantizedLayer> CheckpointLayers::load(size_t layer) {
    FP4_TRY_ASSIGN(auto vectors, load_vectors(checkpoint_.files(), config_, layer));
    QuantizedLayer out{.plain = std::move(vectors)};
    for (const auto& linear : checkpoints::layer_linears(config_.dims, layer)) {
        const auto place = place_of_.find(linear.module());
        if (place == place_of_.end()) {
            FP4_TRY_ASSIGN(out.plain[linear.op],
                           load_tensor(checkpoint_.files(), linear.weight(), {linear.n, linear.k}));
            continue;
        }
        FP4_TRY_ASSIGN(auto stored, checkpoint_.linear(place->second));
        const auto group = static_cast<size_t>(checkpoints::spec_of(linear.op).group);
        out.weight_scale[group] = stored.scale;
        merge_input_scale(out.input_scale[group], stored.input_scale);
        out.linears[static_cast<size_t>(linear.op)] = std::move(stored.weight);
    }
    return out;
}

Result<std::shared_ptr<const QuantizedLayer>> CheckpointLayers::layer(size_t layer) {
    FP4_TRY_ASSIGN(auto loaded, load(layer));
    loaded.plain = to_device(std::move(loaded.plain), device_);
    return std::make_shared<const QuantizedLayer>(std::move(loaded));
}

} // namespace fp4::quant
