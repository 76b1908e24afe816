// Random numbers that are the same on every machine: Philox4x32-10 and IEEE + - * / and square
// roots, no libm.
#pragma once
#include <cstdint>
#include <optional>

namespace fp4::quant {

// Of finite positive normal numbers, to a few units in the last place.
double natural_log(double x);

// Of -700 to 700, to 1e-13 of the result.
double exponential(double x);

// A stream of deviates of the standard normal distribution, a function of seed and stream alone.
class Normals {
  public:
    Normals(uint64_t seed, uint32_t stream) : seed_(seed), stream_(stream) {}

    double operator()(); // by Marsaglia's polar method

  private:
    double uniform(); // in [-1, 1)

    uint64_t seed_;
    uint32_t stream_;
    uint64_t drawn_ = 0;
    std::optional<double> spare_;
};

} // namespace fp4::quant
