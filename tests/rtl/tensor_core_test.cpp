// The Verilated tensor core by itself, its ports driven with random stalls: no beat lost, doubled
// or mixed, whatever the handshakes do.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench.hpp"
#include "close_calls.hpp"
#include "core_loader.hpp"
#include "fp4/formats/decode.hpp"

namespace fp4::sim {
namespace {

// Rows and columns that differ, so that a transposition shows; six columns need a unit of fused
// steps that is full and one that is not.
constexpr CoreShape narrow{3, 2}, wide{2, 6};

LoadedCore core_of(CoreShape shape, std::string_view profile, const RtlFormatSet& formats) {
    auto core = LoadedCore::load(FP4_CORES, shape, profile, false, formats);
    EXPECT_TRUE(core) << core.error().message;
    return *std::move(core);
}

class TensorCore
    : public testing::TestWithParam<std::tuple<CoreShape, std::string_view, RtlFormatSet, Pace>> {};

TEST_P(TensorCore, EveryTileSurvivesStalls) {
    const auto& [shape, profile, formats, pace] = GetParam();
    const auto core = core_of(shape, profile, formats);
    std::mt19937_64 random(11);
    std::vector<Tile> tiles;
    for (int i = 0; i < stalled_tiles; ++i)
        tiles.push_back(
            random_tile(random, shape, core->formats(), *arithmetic_from_name(profile)));
    const auto fault = Bench(*core, pace, 5).run(tiles);
    EXPECT_FALSE(fault) << describe(*fault);
}

INSTANTIATE_TEST_SUITE_P(Narrow, TensorCore,
                         testing::Combine(testing::Values(narrow),
                                          testing::ValuesIn(rtl_profiles()),
                                          testing::ValuesIn(rtl_format_sets),
                                          testing::ValuesIn(paces)));
INSTANTIATE_TEST_SUITE_P(Wide, TensorCore,
                         testing::Combine(testing::Values(wide), testing::ValuesIn(rtl_profiles()),
                                          testing::Values(rtl_format_sets[0]),
                                          testing::ValuesIn(paces)));

// Four blocks of an output in a cycle; of fused steps four columns take turns.
class FourBlocks
    : public testing::TestWithParam<std::tuple<CoreShape, std::string_view, RtlFormatSet, Pace>> {};

TEST_P(FourBlocks, EveryTileSurvivesStalls) {
    const auto& [shape, profile, formats, pace] = GetParam();
    const auto core = core_of(shape, fmt::format("{}-b4", profile), formats);
    std::mt19937_64 random(14);
    std::vector<Tile> tiles;
    for (int i = 0; i < stalled_tiles; ++i)
        tiles.push_back(random_tile(random, shape, core->formats(), core->arithmetic()));
    const auto fault = Bench(*core, pace, 5).run(tiles);
    EXPECT_FALSE(fault) << describe(*fault);
}

constexpr std::array<std::string_view, 3> profiles_of_four{"exact", "nv-blackwell",
                                                           "nv-blackwell-1"};
INSTANTIATE_TEST_SUITE_P(Narrow, FourBlocks,
                         testing::Combine(testing::Values(narrow),
                                          testing::ValuesIn(profiles_of_four),
                                          testing::ValuesIn(rtl_format_sets),
                                          testing::ValuesIn(paces)));
INSTANTIATE_TEST_SUITE_P(Wide, FourBlocks,
                         testing::Combine(testing::Values(wide),
                                          testing::ValuesIn(profiles_of_four),
                                          testing::Values(rtl_format_sets[0]),
                                          testing::ValuesIn(paces)));

// Fused steps that keep other numbers of bits, and round either way.
struct Steps {
    int fraction_bits;
    Rounding rounding;
    RtlFormatSet formats;
};
constexpr std::array<Steps, 5> other_steps{{{8, Rounding::nearest_even, rtl_format_sets[0]},
                                            {8, Rounding::toward_zero, rtl_format_sets[1]},
                                            {25, Rounding::nearest_even, rtl_format_sets[1]},
                                            {48, Rounding::nearest_even, rtl_format_sets[0]},
                                            {48, Rounding::toward_zero, rtl_format_sets[1]}}};

class OtherSteps : public testing::TestWithParam<Steps> {};

TEST_P(OtherSteps, EveryTileSurvivesStalls) {
    const auto& [fraction_bits, rounding, formats] = GetParam();
    Arithmetic arithmetic = nv_blackwell;
    arithmetic.steps.fraction_bits = fraction_bits;
    arithmetic.rounding = rounding;
    const bool to_even = rounding == Rounding::nearest_even;
    const std::string name =
        fmt::format("{}-f{}-{}", arithmetic.name, fraction_bits, to_even ? "rne" : "rz");
    const auto core = core_of(narrow, name, formats);
    std::mt19937_64 random(12);
    std::vector<Tile> tiles;
    for (int i = 0; i < stalled_tiles; ++i)
        tiles.push_back(random_tile(random, narrow, core->formats(), arithmetic));
    const auto fault = Bench(*core, {7, 7, 7}, 5).run(tiles);
    EXPECT_FALSE(fault) << describe(*fault);
}

INSTANTIATE_TEST_SUITE_P(Narrow, OtherSteps, testing::ValuesIn(other_steps));

// The code and the scale byte, the same in all blocks, that make the largest elements of a sign.
PackedTensor largest_operand(Format format, uint32_t rows, uint64_t k, int sign) {
    PackedTensor t{{format, {special_max_halves, special_max_halves}}, rows, k};
    t.codes.resize(rows * t.code_bytes_per_row());
    t.scales.resize(rows * t.scale_bytes_per_row());
    double largest = 0;
    uint8_t codes = 0, scale = 0;
    for (int code = 0; code < 16; ++code)
        for (int byte = 0; byte < 256; ++byte) {
            const auto pair = static_cast<uint8_t>(code * 17);
            const std::array<uint8_t, 8> sixteen{pair, pair, pair, pair, pair, pair, pair, pair};
            const std::array<uint8_t, 1> record{static_cast<uint8_t>(byte)};
            const Scale found = block_scale(format, scale_record(record));
            const auto lanes = decode_lanes(format, t.specials, scale_record(record), sixteen, 0);
            const double value = std::ldexp(sign * lanes[0] * found.significand, found.exponent);
            if (found.nan || value <= largest) continue;
            largest = value;
            codes = pair;
            scale = record[0];
        }
    std::ranges::fill(t.codes, codes);
    std::ranges::fill(t.scales, scale);
    return t;
}

// A core for sums of 144 elements takes the largest of them.
constexpr uint64_t max_k = 144;

TEST(NarrowSum, EveryTileSurvivesStalls) {
    const auto core = core_of(narrow, fmt::format("exact-k{}", max_k), rtl_format_sets[1]);
    std::mt19937_64 random(13);
    std::vector<Tile> tiles;
    for (int i = 0; i < stalled_tiles; ++i)
        tiles.push_back(random_tile(random, narrow, core->formats(), exact));
    const auto fault = Bench(*core, {7, 7, 7}, 5).run(tiles);
    EXPECT_FALSE(fault) << describe(*fault);
}

TEST(NarrowSum, HoldsTheLargest) {
    const auto core = core_of(narrow, fmt::format("exact-k{}", max_k), rtl_format_sets[1]);
    std::vector<Tile> tiles;
    for (size_t a = 0; a < format_specs.size(); ++a)
        for (size_t b = 0; b < format_specs.size(); ++b) {
            const auto a_format = static_cast<Format>(a), b_format = static_cast<Format>(b);
            if (!contains(core->formats(), a_format) || !contains(core->formats(), b_format))
                continue;
            for (const int sign : {1, -1}) {
                Tile tile{largest_operand(a_format, narrow.rows, max_k, sign),
                          largest_operand(b_format, narrow.cols, max_k, 1),
                          {},
                          {}};
                tile.expected = *gemm_reference(tile.a, tile.b, tile.c, exact);
                tiles.push_back(tile);
            }
        }
    ASSERT_GE(tiles.size(), 9u);
    const auto fault = Bench(*core, {8, 8, 8}, 5).run(tiles);
    EXPECT_FALSE(fault) << describe(*fault);
}

// Cores that take one block of an output in a cycle, and those that take four.
std::vector<std::string> names_of_cores() {
    std::vector<std::string> names;
    for (const std::string_view profile : rtl_profiles()) {
        names.emplace_back(profile);
        if (arithmetic_from_name(profile)->accumulation != Accumulation::sequential)
            names.push_back(fmt::format("{}-b4", profile));
    }
    return names;
}

TEST(TensorCore, CloseCalls) {
    for (const std::string& name : names_of_cores())
        for (const RtlFormatSet& formats : rtl_format_sets) {
            const auto core = core_of(narrow, name, formats);
            const Arithmetic arithmetic = core->arithmetic();
            for (const auto& tiles :
                 {close_calls(narrow, core->formats(), arithmetic), lone_bits(narrow, arithmetic),
                  far_apart(narrow, core->formats(), arithmetic),
                  large_sums(narrow, core->formats(), arithmetic)}) {
                const auto fault = Bench(*core, {8, 8, 8}, 5).run(tiles);
                EXPECT_FALSE(fault) << name << " " << formats.name << ": " << describe(*fault);
            }
        }
}

// The very first tile after reset, one block long: nothing that was not loaded may take part in it.
TEST(TensorCore, FirstTileOfOneBlock) {
    for (const std::string_view profile : rtl_profiles())
        for (const RtlFormatSet& formats : rtl_format_sets)
            for (uint64_t seed = 0; seed < first_tiles; ++seed) {
                const auto core = core_of(narrow, profile, formats);
                std::mt19937_64 random(seed);
                const Tile tile =
                    first_tile(random, narrow, core->formats(), *arithmetic_from_name(profile));
                const auto fault = Bench(*core, {8, 8, 8}, seed).run({tile});
                ASSERT_FALSE(fault) << profile << " seed " << seed << ": " << describe(*fault);
            }
}

TEST(TensorCore, Latency) {
    for (const std::string& name : names_of_cores())
        for (const CoreShape shape : {narrow, wide})
            for (const bool takes_d : {true, false}) { // an offer does not wait for who takes it
                const auto core = core_of(shape, name, rtl_format_sets[0]);
                Stream stream(*core, 1, takes_d);
                int cycle = 0;
                while (!stream.cycle().d_valid && cycle < 100) ++cycle;
                EXPECT_EQ(cycle, latency(*core)) << name;
            }
}

// With fewer beats a tile than its pace needs, a cycle is lost.
TEST(TensorCore, FullPaceLosesNoCycle) {
    for (const std::string& name : names_of_cores())
        for (const CoreShape shape : {narrow, wide}) {
            const auto core = core_of(shape, name, rtl_format_sets[0]);
            const auto other_core = core_of(shape, name, rtl_format_sets[0]);
            const int beats = beats_of_full_pace(*core);
            const int per_beat = cycles_per_beat(*core);
            Stream enough(*core, beats), fewer(*other_core, beats - 1);
            bool stalled = false;
            for (int cycle = 0; cycle < 400; ++cycle) {
                const bool expected = cycle % per_beat == 0;
                ASSERT_EQ(enough.cycle().k_ready, expected) << name << " cycle " << cycle;
                stalled |= fewer.cycle().k_ready != expected;
            }
            EXPECT_TRUE(stalled) << name;
        }
}

} // namespace
} // namespace fp4::sim
