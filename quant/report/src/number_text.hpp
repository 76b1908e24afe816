// Numbers as people read them; the same in every locale.
#pragma once
#include <optional>
#include <string>

namespace fp4::quant {

std::string fixed_text(double value, int decimals);

// Shortest of fixed and scientific, trailing zeros left out.
std::string general_text(double value, int digits);

// "0.0612 ± 0.0021": the error with two digits, the value to the same place; four digits where
// there is no error.
std::string with_error_text(double value, const std::optional<double>& error_2se);

// "31.5 ± 1.2 %" of a share; "-" for none.
std::string percent_text(const std::optional<double>& share,
                         const std::optional<double>& error_2se);

} // namespace fp4::quant
