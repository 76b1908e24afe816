#include "fp4/quant/model/rope.hpp"

#include <cmath>
#include <numbers>

namespace fp4::quant {
namespace {

double scaled(double frequency, const Llama3RopeScaling& scaling) {
    const double wavelengths = static_cast<double>(scaling.original_max_position_embeddings) *
                               frequency / (2 * std::numbers::pi); // in the original context
    if (wavelengths < scaling.low_freq_factor) return frequency / scaling.factor;
    if (wavelengths > scaling.high_freq_factor) return frequency;
    const double kept = (wavelengths - scaling.low_freq_factor) /
                        (scaling.high_freq_factor - scaling.low_freq_factor);
    return (1 - kept) * frequency / scaling.factor + kept * frequency;
}

} // namespace

std::vector<double> rope_frequencies(const DecoderConfig& config) {
    const auto head_dim = static_cast<double>(config.dims.head_dim);
    std::vector<double> frequencies;
    for (uint64_t pair = 0; pair < config.dims.head_dim / 2; ++pair) {
        const double frequency =
            std::pow(config.rope_theta, -2.0 * static_cast<double>(pair) / head_dim);
        frequencies.push_back(config.rope_scaling ? scaled(frequency, *config.rope_scaling)
                                                  : frequency);
    }
    return frequencies;
}

RopeTable rope_table(const DecoderConfig& config, int64_t positions,
                     const torch::TensorOptions& options) {
    const auto frequencies = torch::tensor(rope_frequencies(config), torch::kDouble);
    const auto angles =
        (torch::arange(positions, torch::kDouble).unsqueeze(1) * frequencies).unsqueeze(1);
    return {angles.cos().to(options), angles.sin().to(options)};
}

Tensor apply_rope(const Tensor& x, const RopeTable& table) {
    const auto halves = x.chunk(2, -1);
    return torch::cat({halves[0] * table.cos - halves[1] * table.sin,
                       halves[1] * table.cos + halves[0] * table.sin},
                      -1);
}

} // namespace fp4::quant
