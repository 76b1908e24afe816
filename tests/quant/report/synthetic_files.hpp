// Numbers for tests: uniform in (0, 1), the same everywhere.
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace fp4::quant::test {

class Uniform {
  public:
    explicit Uniform(uint64_t seed) : engine_(seed) {}

    double operator()() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }
    double normal() {
        return std::sqrt(-2 * std::log((*this)())) * std::cos(2 * std::numbers::pi * (*this)());
    }

  private:
    std::mt19937_64 engine_; // its words, unlike the distributions, are the same in every library
};

} // namespace fp4::quant::test
