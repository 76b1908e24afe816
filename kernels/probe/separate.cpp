#include "separate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <unordered_map>

#include "rows.hpp"

namespace fp4::probe {
namespace {

using kernels::ProbeRow;

class Draw {
  public:
    explicit Draw(uint64_t seed) : engine_(seed) {}
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }
    uint32_t bits() { return static_cast<uint32_t>(engine_()); }
    bool one_in(uint32_t n) { return below(n) == 0; }

  private:
    std::mt19937_64 engine_;
};

enum class Kind : uint8_t { empty, disjoint, canceled, single, random, opposite };

uint32_t scale_byte(Draw& draw) {
    constexpr std::array<uint32_t, 8> some{0x00, 0x01, 0x07, 0x08, 0x38, 0x77, 0x7D, 0x7E};
    return draw.one_in(3) ? draw.below(0x7F) : some[draw.below(some.size())];
}

void put(uint32_t (&codes)[8], uint32_t k, uint32_t code) { codes[k / 8] |= code << 4 * (k % 8); }

void draw_group(Draw& draw, ProbeRow& row, uint32_t group, Kind kind) {
    const uint32_t first = 16 * group;
    const auto code = [&] { return draw.below(16); };
    const auto magnitude = [&] { return 1 + draw.below(7); };
    switch (kind) {
    case Kind::empty:
        for (uint32_t i = 0; i < 16; ++i)
            put(row.a, first + i, 8 * draw.below(2)), put(row.b, first + i, code());
        break;
    case Kind::disjoint:
        for (uint32_t i = 0; i < 16; ++i) put(i % 2 ? row.a : row.b, first + i, magnitude());
        break;
    case Kind::canceled: {
        const uint32_t a = magnitude(), b = magnitude(), at = draw.below(8);
        put(row.a, first + at, a), put(row.b, first + at, b);
        put(row.a, first + 8 + at, a), put(row.b, first + 8 + at, b | 8);
        break;
    }
    case Kind::single: {
        const uint32_t at = draw.below(16);
        put(row.a, first + at, magnitude() | 8 * draw.below(2)),
            put(row.b, first + at, magnitude());
        break;
    }
    case Kind::random:
        for (uint32_t i = 0; i < 16; ++i)
            put(row.a, first + i, code()), put(row.b, first + i, code());
        break;
    case Kind::opposite: { // minus the group before, scales too
        for (uint32_t i = 0; i < 16; ++i) {
            const uint32_t k = first - 16 + i;
            put(row.a, first + i, row.a[k / 8] >> 4 * (k % 8) & 15);
            put(row.b, first + i, (row.b[k / 8] >> 4 * (k % 8) & 15) ^ 8);
        }
        break;
    }
    }
}

// Minus what the first group is worth, exactly.
uint32_t minus_first_group(ProbeRow row) {
    row.a_scales &= 0xFF;
    row.c = 0;
    return expected_of(row, exact) ^ 0x80000000;
}

// The first group and C cancel, under exponents far above those of the other groups: what those
// keep of their last bits is D.
ProbeRow draw_remainder(Draw& draw) {
    ProbeRow row{};
    for (uint32_t group = 0; group < 4; ++group) {
        draw_group(draw, row, group, group == 0 || draw.one_in(2) ? Kind::random : Kind::single);
        const uint32_t a = group == 0 ? 0x7E - draw.below(16) : 1 + draw.below(15),
                       b = group == 0 ? 0x7E - draw.below(16) : 1 + draw.below(15);
        row.a_scales |= a << 8 * group;
        row.b_scales |= b << 8 * group;
    }
    row.c = minus_first_group(row);
    return row;
}

ProbeRow draw_row(Draw& draw) {
    if (draw.one_in(4)) return draw_remainder(draw);
    ProbeRow row{};
    for (uint32_t group = 0; group < 4; ++group) {
        const auto kind = static_cast<Kind>(draw.below(group == 0 ? 5 : 6));
        draw_group(draw, row, group, kind);
        const bool same = kind == Kind::opposite;
        const auto before = [&](uint32_t scales) { return scales >> 8 * (group - 1) & 0xFF; };
        const uint32_t a = same ? before(row.a_scales) : scale_byte(draw),
                       b = same ? before(row.b_scales) : scale_byte(draw);
        row.a_scales |= a << 8 * group;
        row.b_scales |= b << 8 * group;
    }
    if (draw.one_in(3)) {
        row.c = minus_first_group(row);
    } else if (!draw.one_in(4)) {
        row.c = (draw.bits() & 0x807FFFFF) | (127 - 30 + draw.below(70)) << 23;
    }
    return row;
}

uint64_t pairs(uint64_t n) { return n * (n - 1) / 2; }

// Which class each candidate is in; rows make classes smaller.
class Partition {
  public:
    explicit Partition(size_t candidates) : class_of_(candidates), classes_(1) {}

    uint64_t pairs_together() const {
        std::vector<uint64_t> sizes(classes_);
        for (const size_t c : class_of_) ++sizes[c];
        uint64_t sum = 0;
        for (const uint64_t size : sizes) sum += pairs(size);
        return sum;
    }

    Partition refined(std::span<const uint32_t> d) const {
        Partition out(class_of_.size());
        std::map<std::pair<size_t, uint32_t>, size_t> seen;
        for (size_t i = 0; i < d.size(); ++i)
            out.class_of_[i] =
                seen.emplace(std::pair(class_of_[i], d[i]), seen.size()).first->second;
        out.classes_ = seen.size();
        return out;
    }

    size_t classes() const { return classes_; }
    size_t class_of(size_t candidate) const { return class_of_[candidate]; }

  private:
    std::vector<size_t> class_of_;
    size_t classes_;
};

using Results = std::vector<std::vector<uint32_t>>; // [row][candidate]

Results results_of(std::span<const Candidate> candidates, std::span<const ProbeRow> rows) {
    Results out;
    for (const ProbeRow& row : rows) {
        auto& d = out.emplace_back();
        for (const Candidate& candidate : candidates)
            d.push_back(expected_of(row, candidate.arithmetic));
    }
    return out;
}

Partition partition_of(size_t candidates, const Results& results, std::span<const size_t> chosen) {
    Partition partition(candidates);
    for (const size_t i : chosen) partition = partition.refined(results[i]);
    return partition;
}

} // namespace

std::vector<ProbeRow> row_pool(uint64_t seed, size_t count) {
    Draw draw(seed);
    std::vector<ProbeRow> out;
    while (out.size() < count) out.push_back(draw_row(draw));
    return out;
}

std::vector<std::vector<size_t>> agreeing(std::span<const Candidate> candidates,
                                          std::span<const ProbeRow> rows) {
    Partition partition(candidates.size());
    for (const auto& d : results_of(candidates, rows)) partition = partition.refined(d);
    std::vector<std::vector<size_t>> out(partition.classes());
    for (size_t i = 0; i < candidates.size(); ++i) out[partition.class_of(i)].push_back(i);
    return out;
}

std::vector<ProbeRow> separating_rows(std::span<const Candidate> candidates,
                                      std::span<const ProbeRow> pool) {
    const Results results = results_of(candidates, pool);
    std::vector<size_t> all(pool.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    const size_t classes = partition_of(candidates.size(), results, all).classes();

    Partition partition(candidates.size());
    std::vector<size_t> chosen;
    while (partition.classes() < classes) {
        size_t best = 0;
        uint64_t left = partition.pairs_together() + 1;
        for (size_t i = 0; i < pool.size(); ++i)
            if (const uint64_t then = partition.refined(results[i]).pairs_together(); then < left)
                left = then, best = i;
        chosen.push_back(best);
        partition = partition.refined(results[best]);
    }
    for (size_t i = chosen.size(); i-- > 0;) {
        std::vector<size_t> others;
        for (size_t j = 0; j < chosen.size(); ++j)
            if (j != i) others.push_back(chosen[j]);
        if (partition_of(candidates.size(), results, others).classes() == classes) chosen = others;
    }
    std::vector<ProbeRow> out;
    for (const size_t i : chosen) out.push_back(pool[i]);
    return out;
}

} // namespace fp4::probe
