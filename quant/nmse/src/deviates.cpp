#include "deviates.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace fp4::quant {

double natural_log(double x) {
    int exponent;
    double m = std::frexp(x, &exponent); // 1/2 to 1
    if (m < std::numbers::sqrt2 / 2) {
        m *= 2;
        --exponent;
    }
    const double s = (m - 1) / (m + 1), square = s * s; // ln m = 2 artanh s
    double sum = 0;
    for (int odd = 23; odd >= 1; odd -= 2) sum = sum * square + 1.0 / odd;
    return exponent * std::numbers::ln2 + 2 * s * sum;
}

double exponential(double x) {
    const double halvings = std::floor(x / std::numbers::ln2 + 0.5),
                 rest = x - halvings * std::numbers::ln2; // -0.35 to 0.35
    double sum = 1;
    for (int n = 15; n >= 1; --n) sum = 1 + sum * rest / n;
    return std::ldexp(sum, static_cast<int>(halvings));
}

double Normals::uniform() {
    const r123::Philox4x32::key_type key{
        {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)}};
    const uint64_t block = drawn_ / 2, half = drawn_ % 2 * 2;
    ++drawn_;
    const auto words = r123::Philox4x32{}(
        {{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), stream_, 0}}, key);
    const uint64_t bits = uint64_t{words[half + 1]} << 32 | words[half];
    return static_cast<double>(bits >> 11) * 0x1p-52 - 1;
}

double Normals::operator()() {
    if (spare_) {
        const double out = *spare_;
        spare_.reset();
        return out;
    }
    double u, v, square;
    do {
        u = uniform();
        v = uniform();
        square = u * u + v * v;
    } while (square >= 1 || square == 0);
    const double factor = std::sqrt(-2 * natural_log(square) / square);
    spare_ = v * factor;
    return u * factor;
}

} // namespace fp4::quant
