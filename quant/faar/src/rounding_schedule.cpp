#include "fp4/quant/faar/rounding_schedule.hpp"

#include <cmath>
#include <numbers>

namespace fp4::quant {
namespace {

double share_done(int64_t step, int64_t steps) {
    return steps > 1 ? static_cast<double>(step) / static_cast<double>(steps - 1) : 1;
}

} // namespace

double RoundingSchedule::learning_rate_at(int64_t step) const {
    return learning_rate *
           (0.1 + 0.45 * (1 + std::cos(share_done(step, steps) * std::numbers::pi)));
}

double RoundingSchedule::beta_at(int64_t step) const {
    return beta_start * std::pow(beta_end / beta_start, share_done(step, steps));
}

double RoundingSchedule::lambda_at(int64_t step) const {
    return lambda_max * std::pow(lambda_start_share, 1 - share_done(step, steps));
}

} // namespace fp4::quant
