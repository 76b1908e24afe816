// Compares every output with golden, bit for bit, and keeps what is needed to say where the two
// part.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/epilogue.hpp"
#include "op_layout.hpp"

namespace fp4::sim {

struct Mismatch {
    std::string what; // "D" raw accumulator output, "out" after the epilogue, "tag" a row of
                      // another tile, "trace D" against the trace's own D
    uint32_t tile, row_tile, col_tile;
    uint32_t row, col; // within the tile
    uint64_t m, n;     // within the output matrix
    uint32_t got, expected;
};

class Checker {
  public:
    static constexpr size_t kept_mismatches = 8;

    // What golden computed for one op: raw outputs and epilogue results, M * N each.
    void start(const TileGrid& grid, std::vector<Fp32> expected_d,
               std::vector<uint32_t> expected_out);

    void check_tag(uint32_t tile, uint32_t row, uint32_t tag);
    void check_d(uint32_t tile, uint32_t row, uint32_t col, uint32_t got);
    // Results as they ended up in memory, M * N in row-major order.
    void check_out(const std::vector<uint32_t>& got);

    // Raw outputs against those that the trace itself expects; nothing where it has none.
    void check_trace_d(const std::vector<Fp32>& got, const std::vector<Fp32>& expected);

    uint64_t outputs_checked() const { return outputs_checked_; }
    uint64_t mismatches() const { return mismatches_; }
    const std::vector<Mismatch>& first_mismatches() const { return first_; }

  private:
    void report_at(std::string what, uint64_t index, uint32_t got,
                   uint32_t expected); // index into M * N
    void report(std::string what, uint32_t tile, uint32_t row, uint32_t col, uint32_t got,
                uint32_t expected);

    TileGrid grid_{};
    std::vector<Fp32> expected_d_;
    std::vector<uint32_t> expected_out_;
    std::vector<bool> wrong_; // outputs already counted
    uint64_t outputs_checked_ = 0, mismatches_ = 0;
    std::vector<Mismatch> first_;
};

// "op q tile 3 (row tile 1, column tile 1) row 2 col 5 (output [10, 13]): D rtl 0x3f800000 (1),
// golden 0x3f800001 (1.00000012)"
std::string describe(const Mismatch& mismatch, const std::string& op, const std::string& engine,
                     OutputType out_type);

} // namespace fp4::sim
