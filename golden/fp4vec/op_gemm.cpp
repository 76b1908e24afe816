// gemm: a small tile, D = A * B^T + C; every output counts.
#include <functional>

#include "edges.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/try.hpp"
#include "op.hpp"

namespace fp4::vec {
namespace {

constexpr int digits_a(const VectorConfig& config) { return config.shape.m * config.shape.k; }
constexpr int digits_b(const VectorConfig& config) { return config.shape.n * config.shape.k; }
int digits_sfa(const VectorConfig& config) {
    return scale_digits(config.a) * digits_a(config) / spec_of(config.a).block;
}
int digits_sfb(const VectorConfig& config) {
    return scale_digits(config.b) * digits_b(config) / spec_of(config.b).block;
}
constexpr int digits_d(const VectorConfig& config) { return 8 * config.shape.m * config.shape.n; }

constexpr Column columns[]{
    {"a", Kind::rows, 'a', false, digits_a, "codes of A (activations), row 0 first, k = 0 first"},
    {"b", Kind::rows, 'b', false, digits_b, "codes of B (weights), column 0 first, k = 0 first"},
    {"sfa", Kind::scales, 'a', false, digits_sfa, "scale bytes of A, row 0 first"},
    {"sfb", Kind::scales, 'b', false, digits_sfb, "scale bytes of B, column 0 first"},
    {"c", Kind::fp32, 'a', false, digits_d, "C, binary32, row-major"},
    {"expected", Kind::fp32, 'a', true, digits_d, "D, binary32, row-major"},
};

using Block = std::function<std::pair<Lanes, uint8_t>(uint64_t row, uint64_t kb)>;
using C = std::function<Fp32(uint64_t row, uint64_t column)>;

Words words(const VectorConfig& config, const Block& block_of_a, const Block& block_of_b,
            const C& c) {
    Words words(5);
    const auto m = static_cast<uint64_t>(config.shape.m), n = static_cast<uint64_t>(config.shape.n);
    const auto fill = [&](Format format, uint64_t rows, const Block& block_of, std::string& codes,
                          std::string& scales) {
        const int block = spec_of(format).block;
        for (uint64_t row = 0; row < rows; ++row)
            for (uint64_t kb = 0; kb < static_cast<uint64_t>(config.shape.k / block); ++kb) {
                const auto [lanes, scale] = block_of(row, kb);
                for (int i = 0; i < block / dot_lanes; ++i) codes += to_hex(lanes);
                scales += scale_hex(format, scale, lanes);
            }
    };
    fill(config.a, m, block_of_a, words[0], words[2]);
    fill(config.b, n, block_of_b, words[1], words[3]);
    for (uint64_t row = 0; row < m; ++row)
        for (uint64_t column = 0; column < n; ++column) words[4] += to_hex(c(row, column));
    return words;
}

uint64_t edge_cases(const VectorConfig&) {
    return edge_scales.size() * edge_patterns * fixed_edge_cs;
}

// Scales, patterns and C walk from row to row. NaN scales meet every row in turn, in one block
// only: they hide what is beside them.
Words edge_case(const VectorConfig& config, uint64_t index) {
    const uint64_t scale = index / (edge_patterns * fixed_edge_cs), pattern = index / fixed_edge_cs;
    const auto scale_at = [&](Format format, uint64_t i, uint64_t kb) {
        const uint8_t byte = edge_scales[(scale + i + 5 * kb) % edge_scales.size()];
        return kb > 0 && block_scale(format, byte).nan ? uint8_t{0x38} : byte;
    };
    const Block a = [&](uint64_t row, uint64_t kb) {
        return std::pair{
            edge_lanes(config, (pattern + row + kb) % edge_patterns, (index + kb) % dot_lanes).a,
            scale_at(config.a, row, kb)};
    };
    const Block b = [&](uint64_t column, uint64_t kb) {
        return std::pair{edge_lanes(config, (pattern + 3 * column + kb) % edge_patterns,
                                    (index + kb) % dot_lanes)
                             .b,
                         scale_at(config.b, 7 * column, kb)};
    };
    return words(config, a, b, [&](uint64_t row, uint64_t column) {
        return edge_c((index + 3 * row + column) % fixed_edge_cs, {});
    });
}

Words random_case(const VectorConfig& config, SplitMix64& random) {
    const auto finite_scale = [&](Format format) {
        const uint8_t byte = random_scale(format, random);
        return block_scale(format, byte).nan && !random.one_in(8) ? uint8_t{0x38} : byte;
    };
    const Block a = [&](uint64_t, uint64_t) {
        return std::pair{random_lanes(config, random).a, finite_scale(config.a)};
    };
    const Block b = [&](uint64_t, uint64_t) {
        return std::pair{random_lanes(config, random).b, finite_scale(config.b)};
    };
    const BlockTerm near_one{1, 0, false};
    return words(config, a, b, [&](uint64_t, uint64_t) { return random_c(near_one, random); });
}

Result<Words> outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const Shape& shape = config.shape;
    const PackedTensor a = packed_rows(config.a, config.specials, shape.m, shape.k, in[0], in[2]),
                       b = packed_rows(config.b, config.specials, shape.n, shape.k, in[1], in[3]);
    std::vector<Fp32> c;
    for (size_t i = 0; i < in[4].size(); i += 8) c.push_back(fp32_from_hex(in[4].substr(i, 8)));
    FP4_TRY_ASSIGN(const auto d, gemm_reference(a, b, c, *config.profile));
    std::string text;
    for (Fp32 value : d) text += to_hex(value);
    return Words{text};
}

} // namespace

const OpSpec gemm_op{"gemm",      "a small tile D = A * B^T + C, every output checked",
                     true,        columns,
                     edge_cases,  edge_case,
                     random_case, outputs};

} // namespace fp4::vec
