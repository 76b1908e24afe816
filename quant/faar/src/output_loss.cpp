#include "fp4/quant/faar/output_loss.hpp"

namespace fp4::quant {

double OutputLoss::value(const Tensor& w, const Tensor& w_q) const {
    const auto a = w.to(torch::kDouble), b = w_q.to(torch::kDouble);
    const auto bilinear = [&](const Tensor& left, const Tensor& moments, const Tensor& right) {
        const auto half = torch::mm(left, moments);
        return curvature_.defined() ? (torch::mm(curvature_, half) * right).sum()
                                    : (half * right).sum();
    };
    return (bilinear(a, moments_.plain, a) - 2 * bilinear(b, moments_.cross, a) +
            bilinear(b, moments_.quantized, b))
        .item<double>();
}

Tensor OutputLoss::half_gradient(const Tensor& w, const Tensor& w_q) const {
    const auto type = w_q.scalar_type();
    const auto by_output = torch::mm(w_q, moments_.quantized.to(type)) -
                           torch::mm(w.to(type), moments_.cross.to(type).t());
    return curvature_.defined() ? torch::mm(curvature_.to(type), by_output) : by_output;
}

} // namespace fp4::quant
