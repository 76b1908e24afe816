// A part of an op as an op of its own, e.g. one tile to reproduce a mismatch.
#pragma once
#include <span>

#include "fp4/traces/trace.hpp"

namespace fp4::traces {

struct Slice {
    uint64_t first, count; // cut at the end of the matrix
};

// Rows `m` of A and `n` of B, all of K, with the matching part of `c` (M * N of the whole op, or
// empty). No expected D.
TraceOp slice_op(const TraceOp& op, Slice m, Slice n, std::span<const Fp32> c);

} // namespace fp4::traces
