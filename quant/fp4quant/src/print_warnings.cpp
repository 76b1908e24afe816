#include "print_warnings.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace fp4::quant {

void print_warnings(std::span<const std::string> warnings) {
    for (const auto& warning : warnings) fmt::print(stderr, "fp4quant: warning: {}\n", warning);
}

void print_unused_tensors(const checkpoints::Checkpoint& checkpoint) {
    if (const auto warning = unused_tensors_warning(checkpoint)) print_warnings({&*warning, 1});
}

} // namespace fp4::quant
