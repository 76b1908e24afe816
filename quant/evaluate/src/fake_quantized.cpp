#include "fp4/quant/evaluate/fake_quantized.hpp"

#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<LayerModel> fake_quantized(std::shared_ptr<const QuantizedLayer> layer,
                                  const Scheme& scheme) {
    LayerWeights weights = layer->plain;
    for (size_t op = 0; op < weights.linears.size(); ++op)
        if (layer->linears[op]) {
            FP4_TRY_ASSIGN(auto values, dequantized(*layer->linears[op]));
            weights.linears[op] = values.to(weights.input_layernorm.device());
        }
    return LayerModel{weights, [weights, layer, scheme](LinearGroup group, const Tensor& input) {
                          auto x = layer->transformed(group, input);
                          if (layer->quantizes_input(group, scheme)) {
                              auto values = fake_quantize(
                                  x, scheme, layer->input_scale[static_cast<size_t>(group)]);
                              if (!values) throw LinearFailed(values.error());
                              x = std::move(*values);
                          }
                          return apply_linears(weights, group, x);
                      }};
}

} // namespace fp4::quant
