// Rows of operands between the probe, golden and files.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bodies/probe.hpp"
#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::probe {

// D of one row by golden.
uint32_t expected_of(const kernels::ProbeRow& row, const Arithmetic& arithmetic);

// Lines "A B SFA SFB C D32" of a file that `fp4vec check silicon` reads, header first. `gpu` is a
// name without blanks.
std::string silicon_text(std::string_view gpu, std::span<const kernels::ProbeRow> rows,
                         std::span<const uint32_t> d);

} // namespace fp4::probe
