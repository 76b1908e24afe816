#include "packed_weights.hpp"

#include <algorithm>
#include <cmath>

#include "fill.hpp"

namespace fp4::kernels::bench {

PackedWeights::PackedWeights(Format which, int64_t rows, int64_t k, uint64_t seed)
    : format(which), codes(static_cast<size_t>(rows * k / 2)),
      scales(static_cast<size_t>(rows * k / spec_of(which).block)),
      operand(operand_of(which, specials, codes.as<uint8_t>(), scales.as<uint8_t>(), rows, k)) {
    must(fill_bytes(codes.as<void>(), rows * k / 2, seed, 0, 0), "fill");
    const ScaleSpec& scale = spec_of(format).scale_spec();
    const auto nan = static_cast<uint8_t>(scale.has_nan() ? scale.nan_payload : 0);
    must(fill_bytes(scales.as<void>(), rows * k / operand.block, ~seed, nan, nan), "fill");
    must(cudaDeviceSynchronize(), "fill");
}

PackedTensor PackedWeights::rows(std::span<const int64_t> chosen) const {
    PackedTensor out{format, specials, chosen.size(), static_cast<uint64_t>(operand.k), {}, {}};
    const auto append = [](std::vector<uint8_t>& to, const Memory& from, int64_t row,
                           int64_t bytes) {
        std::ranges::copy(from.read(static_cast<size_t>(row * bytes), static_cast<size_t>(bytes)),
                          std::back_inserter(to));
    };
    for (const int64_t row : chosen) {
        append(out.codes, codes, row, operand.code_bytes_per_row());
        append(out.scales, scales, row, operand.scales_per_row());
    }
    return out;
}

double packed_bytes(Format format, int64_t rows, int64_t k) {
    return static_cast<double>(rows * k) * (0.5 + 1.0 / spec_of(format).block);
}

std::vector<int64_t> sample(int64_t rows, int64_t count) {
    std::vector<int64_t> out;
    const int64_t last = std::min(rows, count) - 1;
    for (int64_t i = 0; i <= last; ++i) out.push_back(last ? i * (rows - 1) / last : 0);
    return out;
}

int rotations(double bytes) {
    int l2_bytes = 0;
    must(cudaDeviceGetAttribute(&l2_bytes, cudaDevAttrL2CacheSize, 0), "GPU");
    return std::max(1, static_cast<int>(std::ceil(std::max(240e6, 4.0 * l2_bytes) / bytes)));
}

} // namespace fp4::kernels::bench
