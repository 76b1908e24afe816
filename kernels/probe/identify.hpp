// Which candidates a GPU's answers leave.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "silicon.hpp"

namespace fp4::probe {

struct Verdict {
    std::vector<size_t> agree; // candidates that give every answer, by index
    size_t nearest = 0;        // the first of those that give most
    size_t most = 0;           // answers that it gives
};

Verdict identify(std::span<const Candidate> candidates, std::span<const kernels::ProbeRow> rows,
                 std::span<const uint32_t> d);

// The rows that the program asks: the separating set, then `more` of the pool.
std::vector<kernels::ProbeRow> probe_rows(size_t more);

// What the program prints: the rule in words and the profile's name where it has one, or how many
// rows the nearest candidate gives.
std::string verdict_text(const Silicon& silicon, std::span<const Candidate> candidates,
                         const Verdict& verdict, size_t rows);

} // namespace fp4::probe
