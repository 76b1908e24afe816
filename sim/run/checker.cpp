#include "checker.hpp"

#include <fmt/format.h>

#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

class Checker {
  public:
    Checker(const EngineOutput& output, const Expectation& expected, const TileGrid& grid)
        : output_(output), expected_(expected), grid_(grid), wrong_(expected.d.size()) {}

    void check_tags_and_d() {
        auto tag = output_.wrong_tags.begin();
        for (uint32_t tile = 0; tile < grid_.tiles(); ++tile)
            for (uint32_t row = 0; row < grid_.array.rows; ++row) {
                for (; tag != output_.wrong_tags.end() && tag->tile == tile && tag->row == row;
                     ++tag)
                    report("tag", {tile, row, 0}, tag->tag, tile);
                check_d(tile, row);
            }
        for (; tag != output_.wrong_tags.end(); ++tag) // those out of order
            report("tag", {tag->tile, tag->row, 0}, tag->tag, tag->tile);
    }

    void check_out() {
        for (uint64_t i = 0; i < expected_.out.size(); ++i)
            if (output_.out[i] != expected_.out[i])
                report("out", grid_.place_of(i), output_.out[i], expected_.out[i]);
    }

    void check_trace_d(const std::vector<Fp32>& trace_d) {
        for (uint64_t i = 0; i < trace_d.size(); ++i)
            if (output_.d[i] != trace_d[i])
                report("trace D", grid_.place_of(i), output_.d[i].bits, trace_d[i].bits);
    }

    CheckResult result() { return std::move(result_); }

  private:
    void check_d(uint32_t tile, uint32_t row) {
        const uint64_t m = grid_.output_row(tile, row);
        if (m >= grid_.m) return;
        for (uint32_t col = 0; col < grid_.array.cols; ++col) {
            const uint64_t n = grid_.output_col(tile, col);
            if (n >= grid_.n || result_.outputs_checked == output_.outputs) return;
            ++result_.outputs_checked;
            const uint64_t index = m * grid_.n + n;
            if (const Fp32 got = output_.d[index]; got != expected_.d[index])
                report("D", {tile, row, col}, got.bits, expected_.d[index].bits);
        }
    }

    void report(std::string_view what, const TileGrid::Place& place, uint32_t got,
                uint32_t expected) {
        const uint64_t m = grid_.output_row(place.tile, place.row),
                       n = grid_.output_col(place.tile, place.col);
        if (m < grid_.m && n < grid_.n) {
            if (wrong_[m * grid_.n + n]) return;
            wrong_[m * grid_.n + n] = true;
        }
        ++result_.mismatches;
        if (result_.first_mismatches.size() < kept_mismatches)
            result_.first_mismatches.push_back({what, place.tile, grid_.row_tile(place.tile),
                                                grid_.col_tile(place.tile), place.row, place.col, m,
                                                n, got, expected});
    }

    const EngineOutput& output_;
    const Expectation& expected_;
    TileGrid grid_;
    std::vector<bool> wrong_; // outputs already counted
    CheckResult result_;
};

Status check_count(std::string_view what, uint64_t found, uint64_t expected) {
    if (found == expected) return Done{};
    return Error{ErrorCode::device_failed,
                 fmt::format("{}: expected {} from the engine, found {}", what, expected, found)};
}

} // namespace

Result<CheckResult> check_output(const EngineOutput& output, const Expectation& expected,
                                 const std::vector<Fp32>& trace_d, const TileGrid& grid) {
    FP4_TRY(check_count("raw outputs", output.d.size(), expected.d.size()));
    if (output.hang.empty())
        FP4_TRY(check_count("scaled outputs", output.out.size(), expected.out.size()));
    if (!trace_d.empty())
        FP4_TRY(check_count("raw outputs of the trace", output.d.size(), trace_d.size()));
    Checker checker(output, expected, grid);
    checker.check_tags_and_d();
    if (output.hang.empty()) {
        checker.check_out();
        checker.check_trace_d(trace_d);
    }
    return checker.result();
}

std::string describe(const Mismatch& mismatch, std::string_view op, std::string_view engine,
                     OutputType out_type) {
    const auto value = [&](uint32_t bits) -> std::string {
        if (mismatch.what == "tag") return fmt::format("{}", bits);
        if (mismatch.what != "out" || out_type == OutputType::f32)
            return fmt::format("0x{:08x} ({:.9g})", bits, Fp32{bits}.to_float());
        return fmt::format("0x{:04x}", bits);
    };
    return fmt::format("op {} tile {} (row tile {}, column tile {}) row {} col {} (output [{}, "
                       "{}]): {} {} {}, {} {}",
                       op, mismatch.tile, mismatch.row_tile, mismatch.col_tile, mismatch.row,
                       mismatch.col, mismatch.m, mismatch.n, mismatch.what, engine,
                       value(mismatch.got), mismatch.what == "trace D" ? "trace" : "golden",
                       value(mismatch.expected));
}

} // namespace fp4::sim
