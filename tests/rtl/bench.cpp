#include "bench.hpp"

#include <fmt/format.h>

#include <cstring>

namespace fp4::sim {
namespace {

constexpr uint64_t patience = 1000; // cycles in which nothing moves
// Every bit of a tag has both values soon.
constexpr uint32_t tag_of(size_t tile) { return static_cast<uint32_t>(tile + 1) * 0x9E3779B1; }

bool is_exact(const Arithmetic& arithmetic) {
    return arithmetic.accumulation == Accumulation::exact;
}

// Columns that share a unit finish one cycle after another.
int last_column(CoreShape shape) { return static_cast<int>(std::min(shape.cols, 4u)) - 1; }

} // namespace

PackedTensor random_operand(std::mt19937_64& random, Format format, uint32_t count, uint64_t k) {
    PackedTensor t{
        {format, {static_cast<uint8_t>(random() % 32), static_cast<uint8_t>(random() % 32)}},
        count,
        k};
    t.codes.resize(count * t.code_bytes_per_row());
    t.scales.resize(count * t.scale_bytes_per_row());
    for (auto& byte : t.codes) byte = static_cast<uint8_t>(random());
    // One sixteen in four has zeros in half of its bytes or in all, so that products are all zero.
    for (uint64_t first = 0; first < t.codes.size(); first += 8)
        if (random() % 4 == 0)
            for (uint64_t i = random() % 2 * 4; i < 8; ++i) t.codes[first + i] = 0;
    for (auto& byte : t.scales)
        byte = static_cast<uint8_t>(random() % 4 == 0 ? random() % 16 : random());
    // Scales that span little, too, so that terms of E8M0 scales meet.
    if (random() % 2)
        for (auto& byte : t.scales) byte = static_cast<uint8_t>(byte % 16 + 120);
    return t;
}

std::pair<Format, Format> random_formats(std::mt19937_64& random, FormatSet formats,
                                         const Arithmetic& arithmetic) {
    for (;;) {
        const auto a = static_cast<Format>(random() % format_specs.size()),
                   b = static_cast<Format>(random() % format_specs.size());
        if (contains(formats, a) && contains(formats, b) && check_formats(a, b, arithmetic))
            return {a, b};
    }
}

std::vector<std::string_view> rtl_profiles() {
    std::vector<std::string_view> names;
    for (const Arithmetic& profile : arithmetic_profiles)
        if (profile.in_rtl) names.push_back(profile.name);
    return names;
}

Tile random_tile(std::mt19937_64& random, CoreShape shape, FormatSet formats,
                 const Arithmetic& arithmetic) {
    const auto [a, b] = random_formats(random, formats, arithmetic);
    const auto block = static_cast<uint64_t>(spec_of(a).block);
    const uint64_t k = block * (1 + random() % (144 / block));
    Tile tile{
        random_operand(random, a, shape.rows, k), random_operand(random, b, shape.cols, k), {}, {}};
    if (random() % 2)
        for (uint32_t i = 0; i < shape.rows * shape.cols; ++i)
            tile.c.push_back({static_cast<uint32_t>(random())});
    tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
    return tile;
}

Tile first_tile(std::mt19937_64& random, CoreShape shape, FormatSet formats,
                const Arithmetic& arithmetic) {
    const auto [a, b] = random_formats(random, formats, arithmetic);
    const auto k = static_cast<uint64_t>(spec_of(a).block);
    Tile tile{
        random_operand(random, a, shape.rows, k), random_operand(random, b, shape.cols, k), {}, {}};
    for (PackedTensor* t : {&tile.a, &tile.b})
        for (auto& byte : t->scales) byte &= 0x0F; // small exponents, which stale ones outweigh
    tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
    return tile;
}

std::string_view name_of(Fault::Kind kind) {
    constexpr std::array<std::string_view, 5> names{"value", "tag", "last", "hang", "surplus"};
    return names[static_cast<size_t>(kind)];
}

std::string describe(const Fault& fault) {
    return fmt::format("{}: tile {} row {} col {}: expected {:08x}, found {:08x}",
                       name_of(fault.kind), fault.tile, fault.row, fault.col, fault.expected,
                       fault.found);
}

Bench::Bench(RtlCore& core, Pace pace, uint64_t seed)
    : core_(core), pace_(pace), random_(seed), blocks_(core.blocks_per_cycle()),
      a_codes_(core.shape().rows * blocks_ * 8),
      a_scales_(core.shape().rows * blocks_ * core.record_bytes()),
      b_codes_(core.shape().cols * blocks_ * 8),
      b_scales_(core.shape().cols * blocks_ * core.record_bytes()) {
    inputs_.reset = true;
    for (int i = 0; i < 3; ++i) core_.cycle(inputs_, outputs_);
    inputs_.reset = false;
}

void Bench::offer_beat(const Tile& tile, uint64_t beat) {
    const size_t record_bytes = core_.record_bytes();
    const auto gather = [&](const PackedTensor& t, auto& codes, auto& scales,
                            CoreInputs::Operand& port) {
        const FormatSpec& spec = spec_of(t.format);
        const auto bytes = static_cast<size_t>(spec.scale_bytes());
        const auto block = static_cast<size_t>(spec.block);
        for (uint64_t r = 0; r < t.rows; ++r)
            for (uint64_t n = 0; n < blocks_; ++n) {
                const uint64_t k = (beat * blocks_ + n) * dot_lanes;
                uint8_t* const to_codes = codes.data() + (r * blocks_ + n) * 8;
                uint8_t* const to_scales = scales.data() + (r * blocks_ + n) * record_bytes;
                if (k >= t.k) { // zeros fill the last beat
                    std::memset(to_codes, 0, 8);
                    std::memset(to_scales, 0, record_bytes);
                    continue;
                }
                std::memcpy(to_codes, t.row(r).codes.data() + k / 2, 8);
                std::memcpy(to_scales, t.row(r).scales.data() + k / block * bytes, bytes);
            }
        port = {t, codes.data(), scales.data()};
    };
    gather(tile.a, a_codes_, a_scales_, inputs_.a);
    gather(tile.b, b_codes_, b_scales_, inputs_.b);
    inputs_.k_last = (beat + 1) * blocks_ * dot_lanes >= tile.a.k;
    inputs_.k_use_c = !tile.c.empty();
}

std::optional<Fault> Bench::run(const std::vector<Tile>& tiles) {
    const auto [rows, cols] = core_.shape();
    size_t k_tile = 0, c_tile = 0, d_tile = 0;
    uint64_t beat = 0, c_row = 0, idle = 0;
    uint32_t d_row = 0;
    bool k_offered = false, c_offered = false;
    const auto fault = [&](Fault::Kind kind, uint32_t col, uint32_t expected, uint32_t found) {
        return Fault{kind, d_tile, d_row, col, expected, found};
    };
    while (d_tile < tiles.size()) {
        while (c_tile < tiles.size() && tiles[c_tile].c.empty()) ++c_tile;
        // Once offered, a beat stays until it is taken.
        k_offered = k_tile < tiles.size() && (k_offered || random_() % 8 < pace_.k);
        c_offered = c_tile < tiles.size() && (c_offered || random_() % 8 < pace_.c);
        inputs_.k_valid = k_offered;
        inputs_.c_valid = c_offered;
        inputs_.d_ready = random_() % 8 < pace_.d;
        if (k_offered) {
            offer_beat(tiles[k_tile], beat);
            inputs_.k_tag = tag_of(k_tile);
        }
        if (c_offered) inputs_.c = &tiles[c_tile].c[c_row * cols].bits;

        core_.cycle(inputs_, outputs_);
        if (++idle > patience) return fault(Fault::Kind::hang, 0, 0, 0);
        if (k_offered && outputs_.k_ready) {
            k_offered = false;
            idle = 0;
            beat = inputs_.k_last ? 0 : beat + 1;
            k_tile += inputs_.k_last;
        }
        if (c_offered && outputs_.c_ready) {
            c_offered = false;
            idle = 0;
            c_row = (c_row + 1) % rows;
            c_tile += c_row == 0;
        }
        if (outputs_.d_valid && inputs_.d_ready) {
            idle = 0;
            if (outputs_.d_tag != tag_of(d_tile))
                return fault(Fault::Kind::tag, 0, tag_of(d_tile), outputs_.d_tag);
            if (const bool last = d_row + 1 == rows; outputs_.d_last != last)
                return fault(Fault::Kind::last, 0, last, outputs_.d_last);
            for (uint32_t col = 0; col < cols; ++col)
                if (const uint32_t expected = tiles[d_tile].expected[d_row * cols + col].bits;
                    outputs_.d[col] != expected)
                    return fault(Fault::Kind::value, col, expected, outputs_.d[col]);
            d_row = (d_row + 1) % rows;
            d_tile += d_row == 0;
        }
    }
    inputs_.k_valid = inputs_.c_valid = false;
    inputs_.d_ready = true;
    for (int i = 0; i < 50; ++i) {
        core_.cycle(inputs_, outputs_);
        if (outputs_.d_valid) return fault(Fault::Kind::surplus, 0, 0, outputs_.d[0]);
    }
    return std::nullopt;
}

Stream::Stream(RtlCore& core, int beats, bool takes_d)
    : core_(core), beats_(beats),
      codes_(std::max(core.shape().rows, core.shape().cols) * core.blocks_per_cycle() * 8),
      scales_(codes_.size() / 8 * core.record_bytes()) {
    inputs_.reset = true;
    core_.cycle(inputs_, outputs_);
    inputs_ = {.k_valid = true,
               .a = {{}, codes_.data(), scales_.data()},
               .b = {{}, codes_.data(), scales_.data()},
               .d_ready = takes_d};
}

const CoreOutputs& Stream::cycle() {
    inputs_.k_last = beat_ == beats_ - 1;
    core_.cycle(inputs_, outputs_);
    if (outputs_.k_ready) beat_ = (beat_ + 1) % beats_;
    return outputs_;
}

int cycles_per_beat(const RtlCore& core) {
    const Arithmetic arithmetic = core.arithmetic();
    const bool columns_take_turns = core.blocks_per_cycle() == 4 && !is_exact(arithmetic);
    return columns_take_turns || arithmetic.accumulation == Accumulation::sequential ? 4 : 1;
}

int latency(const RtlCore& core) {
    if (is_exact(core.arithmetic())) return 9;
    const int padding = core.blocks_per_cycle() == 4 ? 0 : 3; // one beat of a step of four
    return 9 + last_column(core.shape()) + padding;
}

int beats_of_full_pace(const RtlCore& core) {
    const int drain = static_cast<int>(core.shape().rows) + 1;
    if (is_exact(core.arithmetic())) return drain;
    return (drain + last_column(core.shape()) + 3) / 4 * (4 / cycles_per_beat(core));
}

} // namespace fp4::sim
