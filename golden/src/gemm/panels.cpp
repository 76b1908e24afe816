#include "panels.hpp"

#include <algorithm>
#include <limits>

#include "fp4/formats/decode.hpp"
#include "fp4/try.hpp"
#include "fp4/gemm/weight_panels.hpp"
#include "fast/slices.hpp"

namespace fp4::fast {
namespace {

bool has_nan(Format format, std::span<const uint8_t> scales) {
    const ScaleSpec& spec = spec_of(format).scale_spec();
    return spec.has_nan() && std::ranges::any_of(scales, [&](uint8_t byte) {
               return (byte & spec.payload_mask()) == spec.nan_payload;
           });
}

RowSource source_of(const PackedTensor& t, uint64_t row, const Blocking& blocking, uint64_t first,
                    uint64_t count) {
    const PackedRow bytes = t.row(row);
    return {bytes.codes.data() + first * static_cast<uint64_t>(blocking.block / 2),
            bytes.scales.data() + (first >> blocking.scale_shift), count, blocking.block,
            blocking.scale_shift};
}

// Exponents of a row become distances from the smallest; blocks of zeros say nothing and get 0.
template <class WordAt, class EmptyAt>
ExponentRange make_relative(uint64_t blocks, WordAt word, EmptyAt empty) {
    int low = std::numeric_limits<int>::max(), high = std::numeric_limits<int>::min();
    for (uint64_t i = 0; i < blocks; ++i)
        if (!empty(i)) low = std::min(low, word(i)), high = std::max(high, word(i));
    for (uint64_t i = 0; i < blocks; ++i) word(i) = empty(i) ? 0 : word(i) - low;
    return low > high ? ExponentRange{} : ExponentRange{low, high - low};
}

Words words_of_b(Format format, const Arithmetic& arithmetic) {
    const bool by_exponents = spec_of(format).scale_spec().exponent_only();
    switch (arithmetic.accumulation) {
    case Accumulation::exact: return by_exponents ? Words::exponents : Words::integers;
    case Accumulation::sequential: return by_exponents ? Words::exponents : Words::values;
    case Accumulation::fused_steps: break;
    }
    return Words::split;
}

// Sixteen columns, some blocks at a time, so that what is transposed stays in the first cache.
constexpr uint64_t blocks_at_once = 8;

void pack_panel(const PackedTensor& b, const OperandTables& tables, const Kernels& kernels,
                uint64_t panel, Panels& out) {
    const Blocking& blocking = out.blocking;
    const auto block = static_cast<uint64_t>(blocking.block);
    const uint64_t first_column = panel * panel_columns,
                   columns = std::min<uint64_t>(panel_columns, b.rows - first_column);
    alignas(64) int8_t halves[panel_columns][blocks_at_once * 32];
    RowScale scales[blocks_at_once];
    std::fill_n(&halves[0][0], sizeof halves,
                static_cast<int8_t>(tables.bias)); // columns past the last row of B
    uint8_t* line = out.lines.data() + panel * blocking.blocks * block * panel_columns;
    int32_t* words = out.words.data() + panel * blocking.blocks * panel_columns;
    for (uint64_t first = 0; first < blocking.blocks; first += blocks_at_once) {
        const uint64_t count = std::min(blocks_at_once, blocking.blocks - first);
        for (uint64_t c = 0; c < columns; ++c) {
            kernels.decode_row(source_of(b, first_column + c, blocking, first, count), tables,
                               halves[c], scales);
            for (uint64_t i = 0; i < count; ++i)
                words[(first + i) * panel_columns + c] = scales[i].word;
        }
        for (uint64_t k = 0; k < count * block; k += line_k, line += line_bytes)
            for (size_t c = 0; c < panel_columns; ++c)
                std::copy_n(&halves[c][k], line_k, line + c * line_k);
    }
    for (uint64_t c = 0; c < columns; ++c) {
        out.is_nan[first_column + c] = has_nan(b.format, b.row(first_column + c).scales);
        if (!out.word_sums.empty())
            for (uint64_t i = 0; i < blocking.blocks; ++i)
                out.word_sums[first_column + c] += words[i * panel_columns + c];
        if (out.columns.empty()) continue;
        const auto word = [&](uint64_t i) -> int32_t& { return words[i * panel_columns + c]; };
        const PackedRow row = b.row(first_column + c);
        const auto empty = [&](uint64_t i) {
            const auto& biased = tables.elements[tables.elements_of[row.scales[i]]];
            return std::ranges::all_of(
                row.codes.subspan(i * block / 2, block / 2), [&](uint8_t byte) {
                    return biased[byte & 15] == tables.bias && biased[byte >> 4] == tables.bias;
                });
        };
        out.columns[first_column + c] = make_relative(blocking.blocks, word, empty);
    }
}

} // namespace

Blocking blocking_of(Format format, uint64_t k, const Arithmetic& arithmetic) {
    const int whole = spec_of(format).block;
    const int block = arithmetic.accumulation == Accumulation::fused_steps ? dot_lanes : whole;
    return {block, whole == block ? 0 : 1, k / static_cast<uint64_t>(block)};
}

DecodedRows decode_rows(const PackedTensor& a, const Blocking& blocking,
                        const OperandTables& tables, bool shifted, const Kernels& kernels,
                        unsigned threads) {
    DecodedRows out{AlignedVector<int8_t>(a.rows * a.k),
                    AlignedVector<RowScale>(a.rows * blocking.blocks), std::vector<uint8_t>(a.rows),
                    std::vector<ExponentRange>(shifted ? a.rows : 0)};
    on_slices(
        a.rows * a.k < (1u << 20) ? 1 : threads, a.rows, 1, [&](uint64_t first, uint64_t last) {
            for (uint64_t row = first; row < last; ++row) {
                int8_t* halves = out.halves.data() + row * a.k;
                RowScale* scales = out.scales.data() + row * blocking.blocks;
                kernels.decode_row(source_of(a, row, blocking, 0, blocking.blocks), tables, halves,
                                   scales);
                out.is_nan[row] = has_nan(a.format, a.row(row).scales);
                if (!shifted) continue;
                const auto empty = [&](uint64_t i) {
                    return std::all_of(halves + i * static_cast<uint64_t>(blocking.block),
                                       halves + (i + 1) * static_cast<uint64_t>(blocking.block),
                                       [](int8_t x) { return x == 0; });
                };
                out.rows[row] = make_relative(
                    blocking.blocks, [&](uint64_t i) -> int32_t& { return scales[i].word; }, empty);
            }
        });
    return out;
}

} // namespace fp4::fast

namespace fp4 {

Result<WeightPanels> WeightPanels::make(const PackedTensor& b, const Arithmetic& arithmetic,
                                        const FastOptions& options) {
    FP4_TRY_ASSIGN(const auto isa, choose_isa(options.isa));
    FP4_TRY(check_shape(b, "B"));
    using namespace fast;
    if (!has_kernels(arithmetic))
        return Error{ErrorCode::bad_argument,
                     "profile " + std::string(arithmetic.name) + ": no panels for its fused steps"};
    if (!has_kernels(spec_of(b.format), arithmetic))
        return Error{ErrorCode::bad_argument, "B: no panels for format " +
                                                  std::string(spec_of(b.format).name) +
                                                  " in profile " + std::string(arithmetic.name)};
    const Blocking blocking = blocking_of(b.format, b.k, arithmetic);
    const int bias = max_lane(b.format, b.specials);
    OperandTables tables =
        operand_tables(b.format, b.specials, words_of_b(b.format, arithmetic), bias);
    for (auto& elements : tables.elements)
        for (int8_t& element : elements) element = static_cast<int8_t>(element + bias);
    tables.zero = static_cast<int8_t>(bias);

    const uint64_t count = (b.rows + panel_columns - 1) / panel_columns,
                   columns = count * panel_columns;
    const Kernels& kernels = kernels_of(isa);
    const auto panels = std::make_shared<Panels>();
    panels->header.format = b.format;
    panels->header.specials = b.specials;
    panels->header.rows = b.rows;
    panels->header.k = b.k;
    panels->header.tensor_scale = b.tensor_scale;
    panels->header.row_scales = b.row_scales;
    panels->arithmetic = arithmetic;
    panels->blocking = blocking;
    panels->bias = bias;
    panels->lines.resize(columns * b.k);
    panels->words.assign(columns * blocking.blocks,
                         0); // columns past the last row of B have zero scales
    panels->is_nan.resize(columns);
    if (words_of_b(b.format, arithmetic) == Words::integers) panels->word_sums.resize(columns);
    if (is_shifted(b.format, arithmetic)) panels->columns.resize(columns);
    const unsigned threads = thread_count(options.threads);
    on_slices(threads, count, 1, [&](uint64_t first, uint64_t last) {
        for (uint64_t panel = first; panel < last; ++panel)
            pack_panel(b, tables, kernels, panel, *panels);
    });
    if (options.run) *options.run = {kernels.isa, threads};
    return WeightPanels(panels);
}

const Arithmetic& WeightPanels::arithmetic() const { return panels_->arithmetic; }
const PackedTensor& WeightPanels::header() const { return panels_->header; }

} // namespace fp4
