#include "scale_direction.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fp4/io/expected_found.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {
namespace {

constexpr double input_range = 2688; // of nvfp4 and razer-a

double multiplier_of(TensorScaleKind kind, float value) {
    return kind == TensorScaleKind::divisor ? 1.0 / double{value} : double{value};
}

std::string kind_text(TensorScaleKind kind) {
    return kind == TensorScaleKind::divisor ? "a divisor" : "a multiplier";
}

Status check_amax(TensorScaleKind kind, double range, const StoredScale& scale, const char* what,
                  int least_exponent, int most_exponent) {
    const double amax = range * multiplier_of(kind, scale.value);
    if (scale.value == 1.0f ||
        (amax >= std::ldexp(1.0, least_exponent) && amax <= std::ldexp(1.0, most_exponent)))
        return Done{};
    return io::expected_found(
        ErrorCode::bad_file, scale.tensor,
        kind_text(kind) + " for " + what + " of at most 2^" + std::to_string(least_exponent) +
            " to 2^" + std::to_string(most_exponent),
        io::text_of(scale.value) + ", which stands for " + io::text_of(static_cast<float>(amax)) +
            " (the inverse was stored?)");
}

} // namespace

Status check_scale_number(const StoredScale& scale) {
    if (std::isnormal(scale.value) && scale.value > 0) return Done{};
    return io::expected_found(ErrorCode::bad_file, scale.tensor, "a positive normal number",
                              io::text_of(scale.value));
}

Status check_weight_scale(TensorScaleKind kind, float range, const StoredScale& scale) {
    return check_amax(kind, double{range}, scale, "weights", -20, 10);
}

Status check_input_scales(TensorScaleKind kind, std::span<const StoredScale> scales) {
    std::vector<StoredScale> sorted(scales.begin(), scales.end());
    for (const auto& scale : sorted)
        FP4_TRY(check_amax(kind, input_range, scale, "inputs", -20, 16));
    if (sorted.empty()) return Done{};
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle, {}, [&](const StoredScale& scale) {
        return multiplier_of(kind, scale.value);
    });
    if (middle->value == 1.0f || multiplier_of(kind, middle->value) < 1) return Done{};
    return io::expected_found(ErrorCode::bad_file, middle->tensor,
                              kind_text(kind) +
                                  (kind == TensorScaleKind::divisor ? " above 1" : " below 1") +
                                  " in the middle of all inputs",
                              io::text_of(middle->value) + " (the inverses were stored?)");
}

} // namespace fp4::checkpoints
