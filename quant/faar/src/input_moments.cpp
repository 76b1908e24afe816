#include "fp4/quant/faar/input_moments.hpp"

namespace fp4::quant {
namespace {

void add_product(Tensor& sum, const Tensor& a, const Tensor& b) {
    const auto product = torch::mm(a.t(), b).to(torch::kDouble);
    sum = sum.defined() ? sum + product : product;
}

// Sum of the elements of a M b^T along the diagonal.
Tensor trace_of(const Tensor& a, const Tensor& m, const Tensor& b) { return (torch::mm(a, m) * b).sum(); }

} // namespace

void InputMoments::add(const Tensor& x, const Tensor& x_q) {
    add_product(plain, x, x);
    add_product(cross, x_q, x);
    add_product(quantised, x_q, x_q);
}

void InputMoments::add(const Tensor& x) {
    add_product(plain, x, x);
    cross = quantised = plain;
}

double output_loss(const InputMoments& moments, const Tensor& w, const Tensor& w_q) {
    const auto a = w.to(torch::kDouble), b = w_q.to(torch::kDouble);
    return (trace_of(a, moments.plain, a) - 2 * trace_of(b, moments.cross, a) + trace_of(b, moments.quantised, b)).item<double>();
}

Tensor half_gradient(const InputMoments& moments, const Tensor& w, const Tensor& w_q) {
    const auto type = w_q.scalar_type();
    return torch::mm(w_q, moments.quantised.to(type)) - torch::mm(w.to(type), moments.cross.to(type).t());
}

} // namespace fp4::quant
