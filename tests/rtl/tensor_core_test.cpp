// The Verilated tensor core by itself, its ports driven with random stalls: no beat lost, doubled
// or mixed, whatever the handshakes do.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "core_loader.hpp"
#include "fp4/gemm/gemm.hpp"

namespace fp4::sim {
namespace {

struct Shape {
    uint32_t rows, cols;
};
// Rows and columns that differ, so that a transposition shows; six columns need a unit of fused
// steps that is full and one that is not.
constexpr Shape narrow{3, 2}, wide{2, 6};

struct Tile {
    PackedTensor a, b;
    std::vector<Fp32> c; // empty: none used
    std::vector<Fp32> expected;
};

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

// Two formats of the set that the profile multiplies.
std::pair<Format, Format> random_formats(std::mt19937_64& random, FormatSet formats,
                                         const Arithmetic& arithmetic) {
    for (;;) {
        const auto a = static_cast<Format>(random() % format_specs.size()),
                   b = static_cast<Format>(random() % format_specs.size());
        if (contains(formats, a) && contains(formats, b) && check_formats(a, b, arithmetic))
            return {a, b};
    }
}

Tile random_tile(std::mt19937_64& random, Shape shape, FormatSet formats,
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

// Names of the profiles that the RTL has.
std::vector<std::string_view> rtl_profiles() {
    std::vector<std::string_view> names;
    for (const Arithmetic& profile : arithmetic_profiles)
        if (profile.in_rtl) names.push_back(profile.name);
    return names;
}

// Share of cycles, in 1/8, in which each side offers or accepts.
struct Pace {
    unsigned k, c, d;
};

class Bench {
  public:
    Bench(RtlCore& core, Shape shape, Pace pace, uint64_t seed)
        : core_(core), shape_(shape), pace_(pace), random_(seed) {
        inputs_.reset = true;
        for (int i = 0; i < 3; ++i) core_.cycle(inputs_, outputs_);
        inputs_.reset = false;
    }

    void run(const std::vector<Tile>& tiles) {
        const auto [rows, cols] = shape_;
        size_t k_tile = 0, c_tile = 0, d_tile = 0;
        uint64_t beat = 0, c_row = 0, d_row = 0, idle = 0;
        const size_t record_bytes = core_.record_bytes();
        std::vector<uint8_t> a_codes(rows * 8), a_scales(rows * record_bytes), b_codes(cols * 8),
            b_scales(cols * record_bytes);
        bool k_offered = false, c_offered = false;
        while (d_tile < tiles.size()) {
            while (c_tile < tiles.size() && tiles[c_tile].c.empty()) ++c_tile;
            // Once offered, a beat stays until it is taken.
            k_offered = k_tile < tiles.size() && (k_offered || random_() % 8 < pace_.k);
            c_offered = c_tile < tiles.size() && (c_offered || random_() % 8 < pace_.c);
            inputs_.k_valid = k_offered;
            inputs_.c_valid = c_offered;
            inputs_.d_ready = random_() % 8 < pace_.d;
            if (k_offered) {
                const Tile& tile = tiles[k_tile];
                const auto gather = [&](const PackedTensor& t, auto& codes, auto& scales,
                                        CoreInputs::Operand& port) {
                    const FormatSpec& spec = spec_of(t.format);
                    const auto bytes = static_cast<size_t>(spec.scale_bytes());
                    const auto block = static_cast<size_t>(spec.block);
                    for (uint64_t r = 0; r < t.rows; ++r) {
                        std::memcpy(codes.data() + r * 8, t.row(r).codes.data() + beat * 8, 8);
                        std::memcpy(scales.data() + r * record_bytes,
                                    t.row(r).scales.data() + beat * dot_lanes / block * bytes,
                                    bytes);
                    }
                    port = {t, codes.data(), scales.data()};
                };
                gather(tile.a, a_codes, a_scales, inputs_.a);
                gather(tile.b, b_codes, b_scales, inputs_.b);
                inputs_.k_last = (beat + 1) * dot_lanes == tile.a.k;
                inputs_.k_use_c = !tile.c.empty();
                inputs_.k_tag = static_cast<uint32_t>(k_tile * 7 + 1);
            }
            if (c_offered) inputs_.c = &tiles[c_tile].c[c_row * cols].bits;

            core_.cycle(inputs_, outputs_);
            ++idle;
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
                ASSERT_EQ(outputs_.d_tag, d_tile * 7 + 1);
                ASSERT_EQ(outputs_.d_last, d_row + 1 == rows);
                for (uint32_t col = 0; col < cols; ++col)
                    ASSERT_EQ(outputs_.d[col], tiles[d_tile].expected[d_row * cols + col].bits)
                        << "tile " << d_tile << " row " << d_row << " col " << col;
                d_row = (d_row + 1) % rows;
                d_tile += d_row == 0;
            }
            ASSERT_LT(idle, 1000u) << "nothing moves";
        }
        // Nothing more comes out.
        inputs_.k_valid = inputs_.c_valid = false;
        inputs_.d_ready = true;
        for (int i = 0; i < 50; ++i) {
            core_.cycle(inputs_, outputs_);
            ASSERT_FALSE(outputs_.d_valid);
        }
    }

  private:
    RtlCore& core_;
    Shape shape_;
    Pace pace_;
    std::mt19937_64 random_;
    CoreInputs inputs_;
    CoreOutputs outputs_;
};

LoadedCore core_of(Shape shape, std::string_view profile, const RtlFormatSet& formats) {
    auto core = LoadedCore::load(FP4_CORES, {shape.rows, shape.cols}, profile, false, formats);
    EXPECT_TRUE(core) << core.error().message;
    return *std::move(core);
}

class TensorCore
    : public testing::TestWithParam<std::tuple<Shape, std::string_view, RtlFormatSet, Pace>> {};

TEST_P(TensorCore, EveryTileSurvivesStalls) {
    const auto& [shape, profile, formats, pace] = GetParam();
    const auto core = core_of(shape, profile, formats);
    std::mt19937_64 random(11);
    std::vector<Tile> tiles;
    for (int i = 0; i < 4000; ++i)
        tiles.push_back(
            random_tile(random, shape, core->formats(), *arithmetic_from_name(profile)));
    Bench(*core, shape, pace, 5).run(tiles);
}

const auto paces = testing::Values(Pace{8, 8, 8}, Pace{8, 8, 1}, Pace{8, 1, 8}, Pace{1, 8, 8},
                                   Pace{4, 4, 4}, Pace{7, 2, 2});
INSTANTIATE_TEST_SUITE_P(Narrow, TensorCore,
                         testing::Combine(testing::Values(narrow),
                                          testing::ValuesIn(rtl_profiles()),
                                          testing::ValuesIn(rtl_format_sets), paces));
INSTANTIATE_TEST_SUITE_P(Wide, TensorCore,
                         testing::Combine(testing::Values(wide), testing::ValuesIn(rtl_profiles()),
                                          testing::Values(rtl_format_sets[0]), paces));

// The very first tile after reset, one block long: nothing that was not loaded may take part in it.
TEST(TensorCore, FirstTileOfOneBlock) {
    for (const std::string_view profile : rtl_profiles())
        for (const RtlFormatSet& formats : rtl_format_sets)
            for (uint64_t seed = 0; seed < 200; ++seed) {
                const auto core = core_of(narrow, profile, formats);
                const Arithmetic& arithmetic = *arithmetic_from_name(profile);
                std::mt19937_64 random(seed);
                const auto [a, b] = random_formats(random, core->formats(), arithmetic);
                const auto k = static_cast<uint64_t>(spec_of(a).block);
                Tile tile{random_operand(random, a, narrow.rows, k),
                          random_operand(random, b, narrow.cols, k),
                          {},
                          {}};
                for (PackedTensor* t : {&tile.a, &tile.b})
                    for (auto& byte : t->scales)
                        byte &= 0x0F; // small exponents, which stale ones would outweigh
                tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
                Bench(*core, narrow, {8, 8, 8}, seed).run({tile});
            }
}

// A core that is offered zeros of NVFP4 without end, in tiles of so many beats.
class Stream {
  public:
    Stream(Shape shape, std::string_view profile, int beats)
        : core_(core_of(shape, profile, rtl_format_sets[0])), beats_(beats) {
        inputs_.reset = true;
        core_->cycle(inputs_, outputs_);
        inputs_ = {.k_valid = true,
                   .a = {{}, codes_.data(), scales_.data()},
                   .b = {{}, codes_.data(), scales_.data()},
                   .d_ready = true};
    }

    const CoreOutputs& cycle() {
        inputs_.k_last = beat_ == beats_ - 1;
        core_->cycle(inputs_, outputs_);
        if (outputs_.k_ready) beat_ = (beat_ + 1) % beats_;
        return outputs_;
    }

  private:
    LoadedCore core_;
    int beats_, beat_ = 0;
    CoreInputs inputs_;
    CoreOutputs outputs_;
    std::array<uint8_t, 64> codes_{}, scales_{};
};

bool is_exact(std::string_view profile) {
    return arithmetic_from_name(profile)->accumulation == Accumulation::exact;
}

// Columns that share a unit finish one cycle after another.
int last_column(Shape shape) { return static_cast<int>(std::min(shape.cols, 4u)) - 1; }

// The table of docs/05: from the cycle that takes a tile's only beat to the one that offers row 0.
TEST(TensorCore, Latency) {
    for (const std::string_view profile : rtl_profiles())
        for (const Shape shape : {narrow, wide}) {
            const int padding = is_exact(profile) ? 0 : 3;
            Stream stream(shape, profile, 1);
            int cycle = 0;
            while (!stream.cycle().d_valid && cycle < 100) ++cycle;
            EXPECT_EQ(cycle, is_exact(profile) ? 9 : padding + 9 + last_column(shape)) << profile;
        }
}

// The same table: with that many beats a tile, and no C, a beat is taken in every cycle; with fewer
// not.
TEST(TensorCore, FullPaceLosesNoCycle) {
    for (const std::string_view profile : rtl_profiles())
        for (const Shape shape : {narrow, wide}) {
            const int drain = static_cast<int>(shape.rows) + 1;
            const int beats = is_exact(profile) ? drain : (drain + last_column(shape) + 3) / 4 * 4;
            Stream enough(shape, profile, beats), fewer(shape, profile, beats - 1);
            bool stalled = false;
            for (int cycle = 0; cycle < 400; ++cycle) {
                ASSERT_TRUE(enough.cycle().k_ready) << profile << " cycle " << cycle;
                stalled |= !fewer.cycle().k_ready;
            }
            EXPECT_TRUE(stalled) << profile;
        }
}

} // namespace
} // namespace fp4::sim
