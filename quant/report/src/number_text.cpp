#include "number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace fp4::quant {
namespace {

std::string text(double value, std::chars_format format, int precision) {
    std::array<char, 400> buffer; // the largest double has 309 digits before its point
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision).ptr;
    return {buffer.data(), end};
}

// So that `value` shows `digits` digits.
int decimals_of(double value, int digits) {
    if (!(std::abs(value) > 0) || !std::isfinite(value)) return digits;
    return std::clamp(digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 9);
}

} // namespace

std::string fixed_text(double value, int decimals) {
    const std::string out = text(value, std::chars_format::fixed, decimals);
    return out.find_first_not_of("-0.") == std::string::npos && out.front() == '-'
               ? out.substr(1)
               : out; // no -0.00
}

std::string general_text(double value, int digits) {
    return text(value, std::chars_format::general, digits);
}

std::string with_error_text(double value, const std::optional<double>& error_2se) {
    if (!error_2se || !(*error_2se > 0)) return fixed_text(value, decimals_of(value, 4));
    const int decimals = decimals_of(*error_2se, 2);
    return fixed_text(value, decimals) + " ± " + fixed_text(*error_2se, decimals);
}

std::string percent_text(const std::optional<double>& share,
                         const std::optional<double>& error_2se) {
    if (!share) return "-";
    const std::string value = fixed_text(100 * *share, 1);
    return error_2se && *error_2se > 0 ? value + " ± " + fixed_text(100 * *error_2se, 1) + " %"
                                       : value + " %";
}

} // namespace fp4::quant
