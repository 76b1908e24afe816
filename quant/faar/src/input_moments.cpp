#include "fp4/quant/faar/input_moments.hpp"

namespace fp4::quant {
namespace {

void add_product(Tensor& sum, const Tensor& a, const Tensor& b) {
    const auto product = torch::mm(a.t(), b).to(torch::kDouble);
    sum = sum.defined() ? sum + product : product;
}

} // namespace

void InputMoments::add(const Tensor& x, const Tensor& x_q) {
    add_product(plain, x, x);
    add_product(cross, x_q, x);
    add_product(quantized, x_q, x_q);
}

void InputMoments::add(const Tensor& x) {
    add_product(plain, x, x);
    cross = quantized = plain;
}

void InputMoments::damp(double share) {
    const auto ridge =
        torch::eye(plain.size(0), plain.options()) * (plain.diagonal().mean() * share);
    plain = plain + ridge;
    cross = cross + ridge;
    quantized = quantized + ridge;
}

} // namespace fp4::quant
