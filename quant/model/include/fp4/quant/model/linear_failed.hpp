// A linear that could not be computed; GroupFunction has no other way out of a forward pass. Never
// leaves quant/'s libraries: score_windows and run_layer turn it into an Error.
#pragma once
#include <exception>

#include "fp4/result.hpp"

namespace fp4::quant {

struct LinearFailed : std::exception {
    explicit LinearFailed(Error why) : error(std::move(why)) {}
    const char* what() const noexcept override { return error.message.c_str(); }

    Error error;
};

} // namespace fp4::quant
