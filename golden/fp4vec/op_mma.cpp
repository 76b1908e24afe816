// mma: one output of a K = 64 step. The generator sets four groups of 16 products against each
// other: same, alone among empty groups under large scales, canceling, under different scales, and
// beside groups that cancel in themselves under large scales.
#include <algorithm>

#include "edges.hpp"
#include "op.hpp"

namespace fp4::vec {
namespace {

constexpr uint64_t groups = mma_k / dot_lanes;

constexpr int digits_tag(const VectorConfig&) { return 0; }
constexpr int digits_codes(const VectorConfig&) { return mma_k; }
int digits_sfa(const VectorConfig& config) {
    return scale_digits(config.a) * mma_k / spec_of(config.a).block;
}
int digits_sfb(const VectorConfig& config) {
    return scale_digits(config.b) * mma_k / spec_of(config.b).block;
}
constexpr int digits_8(const VectorConfig&) { return 8; }

constexpr Column columns[]{
    {"tag", Kind::tag, 'a', false, digits_tag, "any word"},
    {"a", Kind::rows, 'a', false, digits_codes, "codes of a row of A (activations), k = 0 first"},
    {"b", Kind::rows, 'b', false, digits_codes, "codes of a column of B (weights), k = 0 first"},
    {"sfa", Kind::scales, 'a', false, digits_sfa, "scale bytes of A, block 0 first"},
    {"sfb", Kind::scales, 'b', false, digits_sfb, "scale bytes of B, block 0 first"},
    {"c", Kind::fp32, 'a', false, digits_8, "C, binary32"},
    {"expected", Kind::fp32, 'a', true, digits_8, "D, binary32"},
};

struct Groups {
    std::array<LanePair, groups> lanes;
    std::array<uint8_t, groups> sa, sb; // longer blocks take those of their first group
};

Words words(const VectorConfig& config, const char* tag, const Groups& g, Fp32 c) {
    Words words{tag, "", "", "", "", to_hex(c)};
    const auto per_block = static_cast<uint64_t>(spec_of(config.a).block / dot_lanes);
    for (uint64_t i = 0; i < groups; ++i) {
        words[1] += to_hex(g.lanes[i].a);
        words[2] += to_hex(g.lanes[i].b);
        if (i % per_block != 0) continue;
        words[3] += scale_hex(config.a, g.sa[i], g.lanes[i].a);
        words[4] += scale_hex(config.b, g.sb[i], g.lanes[i].b);
    }
    return words;
}

BlockTerm first_term(const VectorConfig& config, const Groups& g) {
    return term_of(packed_lanes(config.a, config.specials, literal(g.lanes[0].a),
                                scale_hex(config.a, g.sa[0], g.lanes[0].a)),
                   packed_lanes(config.b, config.specials, literal(g.lanes[0].b),
                                scale_hex(config.b, g.sb[0], g.lanes[0].b)));
}

constexpr std::array<uint64_t, 4> patterns{1, 5, 8, 10};                    // of edge_lanes
constexpr std::array<uint64_t, 11> cs{0, 1, 2, 3, 4, 7, 9, 11, 13, 14, 15}; // of edge_c
constexpr std::array<const char*, 5> arrangements{"same", "lone", "cancel", "stairs", "empty"};

uint64_t edge_cases(const VectorConfig&) {
    return edge_scales.size() * edge_scales.size() * arrangements.size() * patterns.size() *
           cs.size();
}

Words edge_case(const VectorConfig& config, uint64_t index) {
    const uint64_t scales = index / (arrangements.size() * patterns.size() * cs.size());
    const uint64_t sa = scales / edge_scales.size(), sb = scales % edge_scales.size();
    const uint64_t arrangement = index / (patterns.size() * cs.size()) % arrangements.size();
    Groups g;
    for (uint64_t i = 0; i < groups; ++i) {
        g.lanes[i] = edge_lanes(config, patterns[index / cs.size() % patterns.size()],
                                (scales + 5 * i) % dot_lanes);
        g.sa[i] = edge_scales[sa];
        g.sb[i] = edge_scales[sb];
        const bool second_half = i >= groups / 2;
        if ((arrangement == 1 || arrangement == 4) && second_half) {
            // Nothing under the largest scales: zeros, or products that cancel.
            g.lanes[i] = edge_lanes(config, canceling_pattern, 0);
            if (arrangement == 1) g.lanes[i].a.fill(zero_code(config.a));
            g.sa[i] = static_cast<uint8_t>(spec_of(config.a).scale_spec().max_payload);
            g.sb[i] = static_cast<uint8_t>(spec_of(config.b).scale_spec().max_payload);
        } else if (arrangement == 2 && second_half) {
            for (uint8_t& code : g.lanes[i].a) code ^= e2m1_sign_bit;
        } else if (arrangement == 3 && second_half) {
            g.sa[i] = edge_scales[(sa + i) % edge_scales.size()];
            g.sb[i] = edge_scales[(sb + 2 * i) % edge_scales.size()];
        }
    }
    return words(config, arrangements[arrangement], g,
                 edge_c(cs[index % cs.size()], first_term(config, g)));
}

Words random_case(const VectorConfig& config, SplitMix64& random) {
    Groups g;
    const bool alike = random.one_in(2); // one NaN in four groups hides the rest
    const uint8_t sa = random_scale(config.a, random), sb = random_scale(config.b, random);
    for (uint64_t i = 0; i < groups; ++i) {
        g.lanes[i] = random_lanes(config, random);
        g.sa[i] = alike ? sa : random_scale(config.a, random);
        g.sb[i] = alike ? sb : random_scale(config.b, random);
    }
    return words(config, "random", g, random_c(first_term(config, g), random));
}

Result<Words> outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const PackedTensor a = packed_rows(config.a, config.specials, 1, mma_k, in[1], in[3]),
                       b = packed_rows(config.b, config.specials, 1, mma_k, in[2], in[4]);
    return Words{to_hex(dot_reference(a, 0, b, 0, fp32_from_hex(in[5]), *config.profile))};
}

} // namespace

const OpSpec mma_op{"mma",       "one output of a K = 64 step: 64 products, their scales and C",
                    true,        columns,
                    edge_cases,  edge_case,
                    random_case, outputs};

} // namespace fp4::vec
