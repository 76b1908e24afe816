#include "fp4/quant/faar/straight_through.hpp"

#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<Tensor> straight_through(const Tensor& x, const Scheme& scheme, const TensorScale& scale) {
    FP4_TRY_ASSIGN(auto values, fake_quantize(x.detach(), scheme, scale));
    const auto& side = *scheme.activations;
    const double largest =
        full_range(side.encoder, side.format, scheme.e3m3_max) * scale.multiplier.value;
    const auto inside = x.clamp(-largest, largest);
    return inside + (values.to(x.scalar_type()) - inside).detach();
}

} // namespace fp4::quant
