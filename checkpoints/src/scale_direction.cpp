#include "scale_direction.hpp"

#include <algorithm>
#include <cmath>

#include "fp4/io/expected_found.hpp"

namespace fp4::checkpoints {
namespace {

constexpr double input_range = 2688; // of nvfp4 and razer-a
constexpr double nearly_all = 0.9;
// Binary orders of magnitude from the middle of a file: so near when inverted, so far as it is.
constexpr double near_others = 8, far_from_others = 12;

struct Magnitudes {
    int least_exponent, most_exponent;

    bool usual(double amax) const {
        return amax >= std::ldexp(1.0, least_exponent) && amax <= std::ldexp(1.0, most_exponent);
    }
};

class Judge {
  public:
    Judge(TensorScaleKind kind, double range, Magnitudes magnitudes, const char* what)
        : kind_(kind), range_(range), magnitudes_(magnitudes), what_(what) {}

    ScaleDirection judge(std::span<const StoredScale> scales) const {
        ScaleDirection direction;
        std::vector<double> known;
        for (const auto& scale : scales)
            if (scale.value != 1.0f) known.push_back(amax(scale));
        if (known.empty()) return direction;
        std::ranges::nth_element(known,
                                 known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2));
        const double middle = known[known.size() / 2];
        size_t above = 0, below = 0;
        for (const auto& scale : scales) {
            const double found = amax(scale);
            if (scale.value == 1.0f || magnitudes_.usual(found)) continue;
            if (magnitudes_.usual(inverse(found))) ++(found > inverse(found) ? above : below);
            direction.odd.push_back({scale, looks_inverted(found, middle), sentence(scale)});
        }
        direction.inverted = static_cast<double>(std::max(above, below)) >=
                             nearly_all * static_cast<double>(known.size());
        return direction;
    }

    double amax(const StoredScale& scale) const {
        const double value{scale.value};
        return range_ * (kind_ == TensorScaleKind::divisor ? 1 / value : value);
    }

  private:
    double inverse(double found) const { return range_ * range_ / found; }

    bool looks_inverted(double found, double middle) const {
        return std::fabs(std::log2(found / middle)) > far_from_others &&
               std::fabs(std::log2(inverse(found) / middle)) < near_others;
    }

    std::string sentence(const StoredScale& scale) const {
        const double found = amax(scale);
        return io::expected_found(
                   ErrorCode::bad_file, scale.place,
                   std::string(kind_ == TensorScaleKind::divisor ? "a divisor" : "a multiplier") +
                       " for " + what_ + " of at most 2^" +
                       std::to_string(magnitudes_.least_exponent) + " to 2^" +
                       std::to_string(magnitudes_.most_exponent),
                   io::text_of(scale.value) + ", which stands for " +
                       io::text_of(static_cast<float>(found)) +
                       (magnitudes_.usual(inverse(found)) ? " (the inverse was stored?)" : ""))
            .message;
    }

    TensorScaleKind kind_;
    double range_;
    Magnitudes magnitudes_;
    const char* what_;
};

} // namespace

Status check_scale_number(const StoredScale& scale) {
    const float inverse = 1.0f / scale.value;
    if (scale.value > 0 && std::isfinite(scale.value) && std::isfinite(inverse)) return Done{};
    return io::expected_found(ErrorCode::bad_file, scale.place,
                              "a positive number with a finite inverse", io::text_of(scale.value));
}

ScaleDirection weight_direction(TensorScaleKind kind, float range,
                                std::span<const StoredScale> scales) {
    return Judge(kind, double{range}, {-20, 10}, "weights").judge(scales);
}

ScaleDirection input_direction(TensorScaleKind kind, std::span<const StoredScale> scales) {
    const Judge judge(kind, input_range, {-20, 16}, "inputs");
    auto direction = judge.judge(scales);
    size_t above_one = 0, known = 0;
    for (const auto& scale : scales) {
        known += scale.value != 1.0f;
        above_one += scale.value != 1.0f && judge.amax(scale) > input_range;
    }
    direction.inverted |=
        known > 0 && static_cast<double>(above_one) >= nearly_all * static_cast<double>(known);
    return direction;
}

} // namespace fp4::checkpoints
