// The configuration string of fp4_dpi.svh.
#pragma once
#include <string_view>

#include "c_support.hpp"

namespace fp4::capi {

// Errors name the key, what was expected and what was found; those of check_formats too.
Result<fp4_config> parse_config(std::string_view text);

} // namespace fp4::capi
