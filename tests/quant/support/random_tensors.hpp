// Seeded tensors.
#pragma once
#include <ATen/CPUGeneratorImpl.h>

#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant::test {

class Random {
  public:
    explicit Random(uint64_t seed) : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}
    Tensor normal(at::IntArrayRef sizes) { return torch::randn(sizes, generator_); }
    Tensor integers(int64_t low, int64_t high, at::IntArrayRef sizes) {
        return torch::randint(low, high, sizes, generator_).to(torch::kFloat32);
    } // high excluded

  private:
    at::Generator generator_;
};

// Inputs of correlated channels, one of them large.
inline Tensor correlated_inputs(Random& random, int64_t rows, int64_t k) {
    Tensor x =
        random.normal({rows, k}) + torch::matmul(random.normal({rows, 4}), random.normal({4, k}));
    x.select(1, k / 3).mul_(8);
    return x;
}

} // namespace fp4::quant::test
