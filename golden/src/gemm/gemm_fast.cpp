#include <algorithm>
#include <array>
#include <string>

#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"
#include "panels.hpp"
#include "fast/slices.hpp"

namespace fp4 {
namespace fast {
namespace {

// Rows that stay in the second cache while the panels of B pass by, and the k of a panel that stay
// in the first while these rows do.
constexpr uint64_t group_rows = 128;
constexpr uint64_t run_k = 1024;

class Gemm {
  public:
    Gemm(const PackedTensor& a, const Panels& b, std::span<const Fp32> c, const Kernels& kernels,
         unsigned threads, std::vector<Fp32>& d)
        : panels_(b), header_(b.header), c_(c), kernels_(kernels),
          narrow_(narrow_is_exact(a.format, a.specials, header_.format, header_.specials)),
          by_exponents_(spec_of(a.format).exponent_only_scales()), m_(a.rows), k_(a.k), d_(d) {
        OperandTables tables = operand_tables(a.format, a.specials, words_of_a(), b.bias);
        if (narrow_sums())
            for (int32_t& word : tables.word_of) word *= kernels.narrow_word_factor;
        rows_ = decode_rows(a, b.blocking, tables, is_shifted(a.format, b.arithmetic), kernels,
                            threads);
        // Sums count steps of the two scale types and quarter-units.
        if (is_exact())
            sum_shift_ = step_exponent(a.format) + step_exponent(header_.format) - 2 +
                         ExactSum::fraction_bits;
        // Threads share out panels of B, or rows of A where there are more threads than panels.
        const uint64_t panels = b.count(), tiles = (m_ + tile_rows - 1) / tile_rows;
        if (panels >= threads)
            on_slices(threads, panels, 1,
                      [&](uint64_t first, uint64_t last) { run(0, m_, first, last); });
        else
            on_slices(threads, tiles, 1, [&](uint64_t first, uint64_t last) {
                run(first * tile_rows, std::min(last * tile_rows, m_), 0, panels);
            });
    }

  private:
    bool is_exact() const { return panels_.arithmetic.accumulation == Accumulation::exact; }
    bool is_fused() const { return panels_.arithmetic.accumulation == Accumulation::fused_steps; }
    bool narrow_sums() const { return is_exact() && !by_exponents_ && narrow_; }

    Words words_of_a() const {
        if (is_fused()) return Words::split;
        if (is_exact())
            return by_exponents_ ? Words::exponents : narrow_ ? Words::narrow : Words::wide;
        return by_exponents_ ? Words::quarter_exponents : Words::quarter_values;
    }

    void run(uint64_t first_row, uint64_t last_row, uint64_t first_panel,
             uint64_t last_panel) const {
        for (uint64_t row = first_row; row < last_row; row += group_rows)
            for (uint64_t panel = first_panel; panel < last_panel; ++panel) {
                const uint64_t count = std::min(group_rows, last_row - row);
                if (is_exact())
                    exact_group(row, count, panel);
                else
                    chain_group(row, count, panel);
            }
    }

    // call(tile, rows, first row of the tile): all of K for `count` rows, a run of blocks at a
    // time.
    template <class Call>
    void for_tiles(uint64_t row, uint64_t count, uint64_t panel, Call call) const {
        const Blocking& blocking = panels_.blocking;
        const auto block = static_cast<uint64_t>(blocking.block);
        const uint64_t run_blocks = run_k / block;
        const uint8_t* lines = panels_.lines.data() + panel * k_ * panel_columns;
        const int32_t* words = panels_.words.data() + panel * blocking.blocks * panel_columns;
        for (uint64_t first = 0; first < blocking.blocks; first += run_blocks)
            for (uint64_t r = 0; r < count; r += tile_rows) {
                const Tile tile{.a = rows_.halves.data() + (row + r) * k_ + first * block,
                                .a_stride = k_,
                                .a_scales =
                                    rows_.scales.data() + (row + r) * blocking.blocks + first,
                                .a_scale_stride = blocking.blocks,
                                .b = lines + first * block * panel_columns,
                                .b_scales = words + first * panel_columns,
                                .blocks = std::min(run_blocks, blocking.blocks - first)};
                call(tile, static_cast<int>(std::min<uint64_t>(tile_rows, count - r)), r);
            }
    }

    uint64_t columns_of(uint64_t panel) const {
        return std::min<uint64_t>(panel_columns, header_.rows - panel * panel_columns);
    }

    void exact_group(uint64_t row, uint64_t count, uint64_t panel) const {
        alignas(64) int64_t sums[group_rows * panel_columns];
        const uint64_t first_column = panel * panel_columns, columns = columns_of(panel);
        std::array<int64_t, panel_columns> start{};
        if (narrow_sums())
            for (uint64_t i = 0; i < panel_columns; ++i) start[i] = start_of(first_column + i);
        for (uint64_t r = 0; r < count; ++r) std::ranges::copy(start, sums + r * panel_columns);
        const SumKernel kernel = by_exponents_ ? kernels_.exact_shifted
                                 : narrow_     ? kernels_.exact_narrow
                                               : kernels_.exact_wide;
        for_tiles(row, count, panel, [&](const Tile& tile, int rows, uint64_t r) {
            kernel(tile, rows, sums + r * panel_columns);
        });

        for (uint64_t r = 0; r < count; ++r) {
            const int64_t* row_sums = sums + r * panel_columns;
            Fp32* d = &d_[(row + r) * header_.rows + first_column];
            if (c_.empty() && !by_exponents_) {
                alignas(64) std::array<float, panel_columns> rounded;
                kernels_.round_sums(row_sums, unit(), rounded.data());
                std::transform(rounded.begin(), rounded.begin() + static_cast<ptrdiff_t>(columns),
                               d, Fp32::from_float);
            } else {
                for (uint64_t i = 0; i < columns; ++i)
                    d[i] = finish(row + r, first_column + i, row_sums[i]);
            }
            for (uint64_t i = 0; i < columns; ++i)
                if (rows_.is_nan[row + r] || panels_.is_nan[first_column + i]) d[i] = fp32_nan;
        }
    }

    Fp32 finish(uint64_t row, uint64_t column, int64_t sum) const {
        const Fp32 c = c_.empty() ? Fp32{0} : c_[row * header_.rows + column];
        return by_exponents_ ? finish_shifted(row, column, sum, c)
                             : ExactSum::finish(sum << sum_shift_, false, c);
    }

    // Sums begin at minus what the kernel's bias will add.
    int64_t start_of(uint64_t column) const {
        return static_cast<int64_t>(0 - static_cast<uint64_t>(kernels_.narrow_bias) *
                                            static_cast<uint64_t>(panels_.word_sums[column]));
    }

    float unit() const {
        return std::bit_cast<float>(
            static_cast<uint32_t>(127 - ExactSum::fraction_bits + sum_shift_) << 23);
    }

    // The 64-bit window held if the scales of the row and the column, a dot below 2^13 and the
    // number of blocks leave the sign bit alone.
    Fp32 finish_shifted(uint64_t row, uint64_t column, int64_t sum, Fp32 c) const {
        const ExponentRange x = rows_.rows[row], y = panels_.columns[column];
        if (x.span + y.span + 13 + std::bit_width(panels_.blocking.blocks) <= 63)
            return WideExactSum::finish(sum, x.base + y.base - 2, c);
        const auto block = static_cast<uint64_t>(panels_.blocking.block);
        const int8_t* halves = rows_.halves.data() + row * k_;
        const uint8_t* line = panels_.lines.data() + column / panel_columns * k_ * panel_columns +
                              column % panel_columns * line_k;
        const int32_t* words = panels_.words.data() +
                               column / panel_columns * panels_.blocking.blocks * panel_columns +
                               column % panel_columns;
        WideSum wide;
        for (uint64_t i = 0; i < panels_.blocking.blocks; ++i) {
            const RowScale& scale = rows_.scales[row * panels_.blocking.blocks + i];
            int dot = scale.correction;
            for (uint64_t k = 0; k < block; k += line_k, line += line_bytes)
                for (uint64_t j = 0; j < line_k; ++j) dot += *halves++ * line[j];
            if (dot) wide.add(dot, scale.word + words[i * panel_columns] + x.base + y.base - 2);
        }
        return WideExactSum::finish(wide, c);
    }

    void chain_group(uint64_t row, uint64_t count, uint64_t panel) const {
        alignas(64) uint32_t accumulators[group_rows * panel_columns] = {};
        const uint64_t columns = columns_of(panel), first_column = panel * panel_columns;
        if (!c_.empty())
            for (uint64_t r = 0; r < count; ++r)
                for (uint64_t i = 0; i < columns; ++i)
                    accumulators[r * panel_columns + i] =
                        c_[(row + r) * header_.rows + first_column + i].bits;
        for_tiles(row, count, panel, [&](const Tile& tile, int rows, uint64_t r) {
            uint32_t* first = accumulators + r * panel_columns;
            if (is_fused())
                kernels_.fused(tile, rows, fused_rule_of(panels_.arithmetic.steps), first);
            else
                (by_exponents_ ? kernels_.sequential_fused : kernels_.sequential)(tile, rows,
                                                                                  first);
        });
        for (uint64_t r = 0; r < count; ++r)
            for (uint64_t i = 0; i < columns; ++i) {
                const Fp32 x{accumulators[r * panel_columns + i]};
                const bool nan =
                    rows_.is_nan[row + r] || panels_.is_nan[first_column + i] || x.is_nan();
                d_[(row + r) * header_.rows + first_column + i] = nan           ? fp32_nan
                                                                  : x.is_zero() ? Fp32{0}
                                                                                : x;
            }
    }

    const Panels& panels_;
    const PackedTensor& header_;
    std::span<const Fp32> c_;
    const Kernels& kernels_;
    bool narrow_, by_exponents_;
    uint64_t m_, k_;
    int sum_shift_ = 0;
    std::vector<Fp32>& d_;
    DecodedRows rows_;
};

} // namespace
} // namespace fast

Result<std::vector<Fp32>> gemm_fast(const PackedTensor& a, const WeightPanels& b,
                                    std::span<const Fp32> c, const FastOptions& options) {
    FP4_TRY_ASSIGN(const auto isa, choose_isa(options.isa));
    FP4_TRY(check_shape(a, "A"));
    FP4_TRY(check_operands(a, b.header(), c, b.arithmetic()));
    if (!fast::has_kernels(spec_of(a.format), b.arithmetic()))
        return Error{ErrorCode::bad_argument,
                     "A: no kernels for format " + std::string(spec_of(a.format).name) +
                         " in profile " + std::string(b.arithmetic().name)};
    const fast::Kernels& kernels = fast::kernels_of(isa);
    const unsigned threads = thread_count(options.threads);
    if (options.run) *options.run = {kernels.isa, threads};
    std::vector<Fp32> d(a.rows * b.header().rows);
    fast::Gemm(a, b.panels(), c, kernels, threads, d);
    return d;
}

Result<std::vector<Fp32>> gemm_fast(const PackedTensor& a, const PackedTensor& b,
                                    std::span<const Fp32> c, const Arithmetic& arithmetic,
                                    const FastOptions& options) {
    FP4_TRY(choose_isa(options.isa));
    FP4_TRY(check_gemm(a, b, c, arithmetic));
    for (Format format : {a.format, b.format})
        if (!fast::has_kernels(spec_of(format), arithmetic)) {
            if (options.run) *options.run = {Isa::portable, 1};
            return gemm_reference(a, b, c, arithmetic);
        }
    FP4_TRY_ASSIGN(const auto panels, WeightPanels::make(b, arithmetic, options));
    return gemm_fast(a, panels, c, options);
}

} // namespace fp4
