// dot16: sixteen products under one pair of scales, added to C. In longer blocks they are the first
// sixteen, the others are zeros.
#include "edges.hpp"
#include "op.hpp"

namespace fp4::vec {
namespace {

constexpr int digits_8(const VectorConfig&) { return 8; }
constexpr int digits_16(const VectorConfig&) { return 16; }
int digits_sa(const VectorConfig& config) { return scale_digits(config.a); }
int digits_sb(const VectorConfig& config) { return scale_digits(config.b); }

constexpr Column columns[]{
    {"a", Kind::lanes, 'a', false, digits_16,
     "codes of A (activations), element 0 in the low nibble: the last digit"},
    {"sa", Kind::scales, 'a', false, digits_sa, "scale bytes of A"},
    {"b", Kind::lanes, 'b', false, digits_16, "codes of B (weights)"},
    {"sb", Kind::scales, 'b', false, digits_sb, "scale bytes of B"},
    {"c", Kind::fp32, 'a', false, digits_8, "C, binary32"},
    {"expected", Kind::fp32, 'a', true, digits_8, "C + A.B in the profile, binary32"},
};

BlockTerm term(const VectorConfig& config, const LanePair& lanes, uint8_t sa, uint8_t sb) {
    return term_of(
        packed_lanes(config.a, config.specials, literal(lanes.a), scale_hex(config.a, sa, lanes.a)),
        packed_lanes(config.b, config.specials, literal(lanes.b),
                     scale_hex(config.b, sb, lanes.b)));
}

Words words(const VectorConfig& config, const LanePair& lanes, uint8_t sa, uint8_t sb, Fp32 c) {
    return {literal(lanes.a), scale_hex(config.a, sa, lanes.a), literal(lanes.b),
            scale_hex(config.b, sb, lanes.b), to_hex(c)};
}

uint64_t edge_cases(const VectorConfig& config) {
    if (config.level == Level::scale_pairs) return 256 * 256;
    return edge_scales.size() * edge_scales.size() * edge_patterns * edge_cs;
}

Words scale_pair(const VectorConfig& config, uint64_t index) {
    const uint8_t code_of_one = 2;
    LanePair lanes;
    lanes.a.fill(zero_code(config.a));
    lanes.b.fill(zero_code(config.b));
    lanes.a[index % dot_lanes] = lanes.b[index % dot_lanes] = code_of_one;
    return words(config, lanes, static_cast<uint8_t>(index >> 8), static_cast<uint8_t>(index), {});
}

Words edge_case(const VectorConfig& config, uint64_t index) {
    if (config.level == Level::scale_pairs) return scale_pair(config, index);
    const uint64_t scales = index / (edge_patterns * edge_cs);
    const uint8_t sa = edge_scales[scales / edge_scales.size()],
                  sb = edge_scales[scales % edge_scales.size()];
    const LanePair lanes = edge_lanes(config, index / edge_cs % edge_patterns, scales % dot_lanes);
    return words(config, lanes, sa, sb, edge_c(index % edge_cs, term(config, lanes, sa, sb)));
}

Words random_case(const VectorConfig& config, SplitMix64& random) {
    const LanePair lanes = random_lanes(config, random);
    const uint8_t sa = random_scale(config.a, random), sb = random_scale(config.b, random);
    return words(config, lanes, sa, sb, random_c(term(config, lanes, sa, sb), random));
}

Result<Words> outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const PackedTensor a = packed_lanes(config.a, config.specials, in[0], in[1]),
                       b = packed_lanes(config.b, config.specials, in[2], in[3]);
    return Words{to_hex(dot_reference(a, 0, b, 0, fp32_from_hex(in[4]), *config.profile))};
}

} // namespace

const OpSpec dot16_op{"dot16",     "sixteen products under one pair of scales, added to C",
                      true,        columns,
                      edge_cases,  edge_case,
                      random_case, outputs};

} // namespace fp4::vec
