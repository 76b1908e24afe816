// A small set of rows on which no two candidates agree, by search.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "bodies/probe.hpp"
#include "candidates.hpp"

namespace fp4::probe {

// Rows that put zeros under large scales, cancel what is large, and leave C or a small term to show
// where it was cut; the same for a seed on every machine.
std::vector<kernels::ProbeRow> row_pool(uint64_t seed, size_t count);

// Candidates that give the same D on every row, by index; in the order of their first.
std::vector<std::vector<size_t>> agreeing(std::span<const Candidate> candidates,
                                          std::span<const kernels::ProbeRow> rows);

// Rows of the pool that part all candidates which the pool parts: in turn the one that parts most
// of the pairs left (a greedy cover), then those dropped without which the others suffice.
std::vector<kernels::ProbeRow> separating_rows(std::span<const Candidate> candidates,
                                               std::span<const kernels::ProbeRow> pool);

} // namespace fp4::probe
