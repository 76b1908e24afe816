// Compares every output of an engine with what was expected, bit for bit, and keeps what is needed
// to say where the two part.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"
#include "expectation.hpp"

namespace fp4::sim {

struct Mismatch {
    std::string_view what; // "D" raw accumulator output, "out" after the epilogue, "tag" a row of
                           // another tile, "trace D" against the trace's own D
    uint32_t tile, row_tile, col_tile;
    uint32_t row, col; // within the tile
    uint64_t m, n;     // within the output matrix
    uint32_t got, expected;
};

inline constexpr size_t kept_mismatches = 8;

struct CheckResult {
    uint64_t outputs_checked = 0;
    uint64_t mismatches = 0;                // an output counts once, by what is first wrong with it
    std::vector<Mismatch> first_mismatches; // at most kept_mismatches
};

// Tags and D tile by tile, then what left the epilogue, then D against `trace_d`, the raw outputs
// that the trace itself expects (empty: none). Of a hung engine only the tags and D that came.
// Error, without the op's name: an engine that gave another number of outputs than it says.
Result<CheckResult> check_output(const EngineOutput& output, const Expectation& expected,
                                 const std::vector<Fp32>& trace_d, const TileGrid& grid);

// "op q tile 3 (row tile 1, column tile 1) row 2 col 5 (output [10, 13]): D rtl 0x3f800000 (1),
// golden 0x3f800001 (1.00000012)"
std::string describe(const Mismatch& mismatch, std::string_view op, std::string_view engine,
                     OutputType out_type);

} // namespace fp4::sim
