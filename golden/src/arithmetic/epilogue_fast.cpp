#include <algorithm>
#include <bit>
#include <string>

#include "fast/slices.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

Fp32 scaled(float alpha, Fp32 d) {
    const auto bits = std::bit_cast<uint32_t>(alpha * d.to_float());
    const uint32_t magnitude = bits & 0x7FFFFFFF;
    return {magnitude > 0x7F800000 ? fp32_nan.bits : magnitude == 0 ? 0 : bits};
}

// Elements first..last of a row of D. The sign of an alpha that is zero does not show.
void scale_part(std::span<const Fp32> d, float a_scale, std::span<const Fp32> b_scales,
                uint64_t first, uint64_t last, std::span<Fp32> out) {
    if (b_scales.size() == 1) {
        const float alpha = a_scale * b_scales[0].to_float();
        for (uint64_t i = first; i < last; ++i) out[i] = scaled(alpha, d[i]);
    } else {
        for (uint64_t i = first; i < last; ++i)
            out[i] = scaled(a_scale * b_scales[i].to_float(), d[i]);
    }
}

} // namespace

Status epilogue_f32_fast(std::span<const Fp32> d, uint64_t n, std::span<const Fp32> a_scales,
                         std::span<const Fp32> b_scales, std::span<Fp32> out,
                         const FastOptions& options) {
    constexpr uint64_t grain = 4096;
    FP4_TRY(check_epilogue(d.size(), n, a_scales, b_scales));
    if (out.size() != d.size())
        return Error{ErrorCode::bad_shape, "output: expected " + std::to_string(d.size()) +
                                               " elements, found " + std::to_string(out.size())};
    const auto threads = static_cast<unsigned>(
        std::min<uint64_t>(thread_count(options.threads), d.size() / grain + 1));
    on_slices(threads, d.size(), grain, [&](uint64_t first, uint64_t last) {
        for (uint64_t i = first; i < last;) {
            const uint64_t row = i / n, begin = row * n, end = std::min(last, begin + n);
            scale_part(d.subspan(begin, n), a_scales[a_scales.size() == 1 ? 0 : row].to_float(),
                       b_scales, i - begin, end - begin, out.subspan(begin, n));
            i = end;
        }
    });
    return Done{};
}

} // namespace fp4
