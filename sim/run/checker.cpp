#include "checker.hpp"

#include <fmt/format.h>

namespace fp4::sim {

void Checker::start(const TileGrid& grid, std::vector<Fp32> expected_d,
                    std::vector<uint32_t> expected_out) {
    grid_ = grid;
    expected_d_ = std::move(expected_d);
    expected_out_ = std::move(expected_out);
    wrong_.assign(expected_d_.size(), false);
    outputs_checked_ = mismatches_ = 0;
    first_.clear();
}

void Checker::report(std::string what, uint32_t tile, uint32_t row, uint32_t col, uint32_t got,
                     uint32_t expected) {
    const uint64_t m = uint64_t{grid_.row_tile(tile)} * grid_.array.rows + row,
                   n = uint64_t{grid_.col_tile(tile)} * grid_.array.cols + col;
    if (m < grid_.m && n < grid_.n) {
        if (wrong_[m * grid_.n + n]) return;
        wrong_[m * grid_.n + n] = true;
    }
    ++mismatches_;
    if (first_.size() < kept_mismatches)
        first_.push_back({std::move(what), tile, grid_.row_tile(tile), grid_.col_tile(tile), row,
                          col, m, n, got, expected});
}

void Checker::check_tag(uint32_t tile, uint32_t row, uint32_t tag) {
    if (tag != tile) report("tag", tile, row, 0, tag, tile);
}

void Checker::check_d(uint32_t tile, uint32_t row, uint32_t col, uint32_t got) {
    const uint64_t m = uint64_t{grid_.row_tile(tile)} * grid_.array.rows + row,
                   n = uint64_t{grid_.col_tile(tile)} * grid_.array.cols + col;
    ++outputs_checked_;
    if (const uint32_t expected = expected_d_[m * grid_.n + n].bits; got != expected)
        report("D", tile, row, col, got, expected);
}

void Checker::report_at(std::string what, uint64_t index, uint32_t got, uint32_t expected) {
    const auto m = static_cast<uint32_t>(index / grid_.n),
               n = static_cast<uint32_t>(index % grid_.n);
    const uint32_t tile = n / grid_.array.cols * grid_.row_tiles() + m / grid_.array.rows;
    report(std::move(what), tile, m % grid_.array.rows, n % grid_.array.cols, got, expected);
}

void Checker::check_out(const std::vector<uint32_t>& got) {
    for (uint64_t i = 0; i < got.size(); ++i)
        if (got[i] != expected_out_[i]) report_at("out", i, got[i], expected_out_[i]);
}

void Checker::check_trace_d(const std::vector<Fp32>& got, const std::vector<Fp32>& expected) {
    for (uint64_t i = 0; i < expected.size(); ++i)
        if (got[i] != expected[i]) report_at("trace D", i, got[i].bits, expected[i].bits);
}

std::string describe(const Mismatch& mismatch, const std::string& op, const std::string& engine,
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
