#include <algorithm>
#include <cmath>
#include <limits>

#include "encode/e2m1_round.hpp"
#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& format = spec_of(Format::m2xfp_w);
constexpr int bias = format.scale_spec().bias;
constexpr size_t part = 8; // elements with quarters of their own

struct Part {
    std::array<uint8_t, part> codes;
    double error;
};

// Eight elements under a scale that is exact in binary32.
Part encode_part(std::span<const float, part> x, float scale) {
    Part out{{}, 0};
    for (size_t i = 0; i < part; ++i) {
        const E2m1 element = encode_e2m1_rne(x[i] / scale);
        out.codes[i] = element.code;
        const double difference = e2m1_halves(element) * 0.5 * double{scale} - double{x[i]};
        out.error += difference * difference;
    }
    return out;
}

} // namespace

ScaleRecord encode_block_m2xfp(std::span<const float, 32> x, std::span<uint8_t, 32> codes) {
    constexpr float smallest_amax = 1e-8f;
    const int exponent = std::ilogb(std::max(amax_of(x), smallest_amax)) - 2;
    ScaleRecord best_record = 0;
    double best = std::numeric_limits<double>::infinity();
    std::array<uint8_t, 32> tried;
    for (int step = -1; step <= 1; ++step) {
        const int e = std::clamp(exponent + step, -bias, bias);
        auto record = static_cast<ScaleRecord>(e + bias);
        double total = 0;
        for (size_t first = 0; first < x.size(); first += part) {
            Part nearest{{}, std::numeric_limits<double>::infinity()};
            ScaleRecord quarters = 0;
            for (ScaleRecord m = 0; m < 4; ++m) {
                const Part candidate = encode_part(x.subspan(first).first<part>(),
                                                   std::ldexp(static_cast<float>(4 + m), e - 2));
                if (candidate.error < nearest.error) nearest = candidate, quarters = m;
            }
            record |= quarters << (8 + first / part * 2);
            total += nearest.error;
            std::ranges::copy(nearest.codes, tried.begin() + static_cast<ptrdiff_t>(first));
        }
        if (total < best) {
            best = total, best_record = record;
            std::ranges::copy(tried, codes.begin());
        }
    }
    return best_record;
}

} // namespace fp4
