#include "axis.hpp"

#include <algorithm>
#include <cmath>

#include "number_text.hpp"

namespace fp4::quant {
namespace {

std::vector<Tick> linear_ticks(double low, double high, int wanted) {
    const double rough = (high - low) / wanted;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double step = rough <= power       ? power
                        : rough <= 2 * power ? 2 * power
                        : rough <= 5 * power ? 5 * power
                                             : 10 * power;
    const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
    std::vector<Tick> out;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step && out.size() < 50;
         ++i)
        out.push_back({i * step, fixed_text(i * step, decimals)});
    return out;
}

std::vector<Tick> log_ticks(double low, double high, int wanted) {
    const double first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
    const double decades = std::log10(high / low);
    const double every = std::max(1.0, std::ceil(decades / wanted));
    std::vector<Tick> out;
    for (double decade = first; decade <= last; decade += every)
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = digit * std::pow(10, decade);
            if (digit > 1 && (decades >= 2 || 3 * decades > wanted + 1)) break;
            if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                out.push_back({value, general_text(value, 3)});
        }
    return out.size() < 3 && decades < 1 ? linear_ticks(low, high, wanted) : out;
}

} // namespace

Axis::Axis(double low, double high, Scale scale, double from, double to)
    : low_(low), high_(high), scale_(scale), from_(from), to_(to) {
    if (low_ < high_) return;
    const double apart = low_ == 0 ? 1 : std::abs(low_) / 2;
    low_ -= apart;
    high_ = low_ + 2 * apart;
}

double Axis::place(double value) const {
    const double share = scale_ == Scale::log ? std::log(value / low_) / std::log(high_ / low_)
                                              : (value - low_) / (high_ - low_);
    return from_ + (to_ - from_) * std::clamp(share, 0.0, 1.0);
}

std::vector<Tick> Axis::ticks(int wanted) const {
    return scale_ == Scale::log ? log_ticks(low_, high_, wanted)
                                : linear_ticks(low_, high_, wanted);
}

} // namespace fp4::quant
