#include "fp4/quant/pipeline/observe_pairs.hpp"

#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

struct InputReached {
    Tensor input;
};

// Runs a layer as far as a group of its linears.
Tensor input_of(LinearGroup wanted, const Tensor& x, const LayerModel& layer,
                const DecoderConfig& config, const RopeTable& rope) {
    const GroupFunction linears = [&](LinearGroup group, const Tensor& input) {
        if (group == wanted) throw InputReached{input};
        return layer.linears(group, input);
    };
    try {
        decoder_layer(x, layer.weights, config, rope, linears);
    } catch (const InputReached& reached) {
        return reached.input.flatten(0, -2);
    }
    throw LinearFailed(Error{ErrorCode::bad_argument, "observe_pairs: expected a layer that runs " +
                                                          std::string(name_of(wanted))});
}

} // namespace

Status observe_pairs(LinearGroup group, const ObservedSide& plain, const ObservedSide& quantized,
                     const std::function<Result<Tensor>(const Tensor& input)>& quantize,
                     const DecoderConfig& config, const RopeTable& rope,
                     const LayerInputs::Visit& visit) {
    const torch::NoGradGuard no_grad;
    try {
        for (size_t i = 0; i < plain.stream.size(); ++i) {
            const auto x = input_of(group, plain.stream[i], plain.layer, config, rope);
            FP4_TRY_ASSIGN(const auto x_q, quantize(input_of(group, quantized.stream[i],
                                                             quantized.layer, config, rope)));
            visit(x, x_q);
        }
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    return Done{};
}

} // namespace fp4::quant
