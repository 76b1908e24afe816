#include "fp4/quant/nmse/nmse_data.hpp"

#include <cmath>

#include "deviates.hpp"

namespace fp4::quant {
namespace {

double student5(Normals& normal) {
    const double z = normal();
    double chi_squared = 0;
    for (int i = 0; i < 5; ++i) {
        const double each = normal();
        chi_squared += each * each;
    }
    return z / std::sqrt(chi_squared / 5);
}

double outlier_gain(uint64_t channel) {
    return channel == outlier_of_20 ? 20 : channel == outlier_of_8 ? 8 : 1;
}

double relative_error(std::span<const float> x, std::span<const float> y) {
    double error = 0, square = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const double difference = double{y[i]} - double{x[i]};
        error += difference * difference;
        square += double{x[i]} * double{x[i]};
    }
    return error / square;
}

} // namespace

std::vector<float> nmse_data(size_t set, uint64_t seed, uint64_t values) {
    const Shape shape = nmse_sets[set].shape;
    Normals normal(seed, static_cast<uint32_t>(set));
    std::vector<float> out(values);
    double gain = 1;
    for (uint64_t i = 0; i < values; ++i) {
        const uint64_t channel = i % nmse_group;
        if (shape == Shape::spread && channel == 0)
            gain = exponential(nmse_sets[set].sigma * normal());
        if (shape == Shape::outliers) gain = outlier_gain(channel);
        const double value = shape == Shape::student5 ? student5(normal) : normal();
        out[i] = static_cast<float>(gain * value);
    }
    return out;
}

double nmse(const NmseSet& set, std::span<const float> x, std::span<const float> y) {
    if (set.shape != Shape::spread) return relative_error(x, y);
    double sum = 0;
    for (size_t i = 0; i < x.size(); i += nmse_group)
        sum += relative_error(x.subspan(i, nmse_group), y.subspan(i, nmse_group));
    return sum / static_cast<double>(x.size() / nmse_group);
}

} // namespace fp4::quant
