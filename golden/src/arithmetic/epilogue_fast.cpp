#include <algorithm>
#include <bit>

#include "fast/slices.hpp"
#include "fp4/arithmetic/epilogue.hpp"

namespace fp4 {

void epilogue_f32_fast(std::span<const Fp32> d, Fp32 a_tensor_scale, Fp32 b_tensor_scale,
                       std::span<Fp32> out, const FastOptions& options) {
    constexpr uint64_t grain = 4096;
    const uint64_t count = std::min(d.size(), out.size());
    const float alpha = multiply_fp32(a_tensor_scale, b_tensor_scale).to_float();
    on_slices(
        static_cast<unsigned>(std::min<uint64_t>(thread_count(options.threads), count / grain + 1)),
        count, grain, [&](uint64_t first, uint64_t last) {
            for (uint64_t i = first; i < last; ++i) {
                const float product = alpha * std::bit_cast<float>(d[i].bits);
                const uint32_t bits = std::bit_cast<uint32_t>(product),
                               magnitude = bits & 0x7FFFFFFF;
                out[i].bits = magnitude > 0x7F800000 ? fp32_nan.bits : magnitude == 0 ? 0 : bits;
            }
        });
}

} // namespace fp4
