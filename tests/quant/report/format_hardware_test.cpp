#include "format_hardware.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "fp4/encode/encoder.hpp"

namespace fp4::quant {
namespace {

using Values = std::array<double, 16>;

constexpr Values e2m1{0, .5, 1, 1.5, 2, 3, 4, 6, 0, -.5, -1, -1.5, -2, -3, -4, -6},
    int4{0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1},
    s1p2{0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 0, -.25, -.5, -.75, -1, -1.25, -1.5, -1.75};

// Widths as they are published or worked out by hand: lane, product, dot of a block, significand.
struct Widths {
    std::string format;
    int lane, product, dot, significand, term;
    std::string logic;
};

TEST(FormatHardware, CountsGoldensFormats) {
    const std::vector<Widths> rows{
        {"nvfp4", 5, 9, 13, 4, 19, "-"}, // 12 * 12 = 144, 2304, times 15 * 15
        {"nvfp4-ue5m3", 5, 9, 13, 4, 19, "-"},
        {"mxfp4", 5, 9, 14, 1, 13, "-"},                               // 32 * 144 = 4608
        {"razer-w", 6, 10, 14, 4, 20, "compare, 6 mux2; 4:1 special"}, // 16 * 16 = 256, 4096
        {"razer-a", 5, 9, 13, 4, 19, "compare, 5 mux2; 2:1 special"},
        {"mixfp4", 5, 9, 13, 4, 20, "3 mux2, 1 AND"}, // 14 * 14 = 196, 3136
        {"nvint4", 4, 8, 12, 4, 18, "-"},             // -8 * -8 = 64, 1024
    };
    for (const auto& [name, lane, product, dot, significand, term, logic] : rows) {
        const auto format = format_from_name(name);
        ASSERT_TRUE(format) << name;
        const auto found = hardware_of(probed(*format));
        EXPECT_EQ(found.lane_bits, lane) << name;
        EXPECT_EQ(found.product_bits, product) << name;
        EXPECT_EQ(found.dot_bits, dot) << name;
        EXPECT_EQ(found.significand_bits, significand) << name;
        EXPECT_EQ(found.term_bits, term) << name;
        EXPECT_EQ(found.divisor, 1) << name;
        EXPECT_EQ(lane_logic_text(found), logic) << name;
    }
}

TEST(FormatHardware, CountsEveryFormat) {
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const auto found = hardware_of(probed(static_cast<Format>(i)));
        EXPECT_GT(found.lane_units, 0) << format_specs[i].name;
        EXPECT_GE(found.lane_bits, 4) << format_specs[i].name;
        EXPECT_GE(found.record_bytes, 1u) << format_specs[i].name;
    }
}

ProbedFormat made_up(int block, size_t record_bytes,
                     double (*value)(std::span<const uint8_t> record, uint8_t code, size_t place)) {
    ProbedFormat format{
        .block = block, .significand_bits = 3, .scale_bytes = {0x40}, .record_bytes = record_bytes};
    format.decode = [=](std::span<const uint8_t> record, uint8_t code) {
        std::vector<float> out;
        for (size_t place = 0; place < static_cast<size_t>(block); ++place)
            out.push_back(static_cast<float>(value(record, code, place)));
        return out;
    };
    return format;
}

// Quarters, doubled by eights and once more by fours.
TEST(FormatHardware, CountsDoublingsOfSubBlocks) {
    const auto found = hardware_of(made_up(64, 4, [](auto record, uint8_t code, size_t place) {
        const int eighth = record[1] >> (place / 8) & 1,
                  fourth = record[2 + place / 32] >> (place / 4 % 8) & 1;
        return s1p2[code] * (1 << (eighth + fourth));
    }));
    EXPECT_EQ(found.lane_units, 4);
    EXPECT_EQ(found.lane_bits, 6);     // 28
    EXPECT_EQ(found.product_bits, 11); // 784
    EXPECT_EQ(found.dot_bits, 17);     // 50176
    EXPECT_EQ(found.term_bits, 22);    // times 49
    EXPECT_EQ(found.factors, (std::vector<SubBlockFactor>{{8, 2}, {4, 2}}));
    EXPECT_EQ(lane_logic_text(found), "up to ×2 by 8, up to ×2 by 4");
}

TEST(FormatHardware, CountsQuartersOfSubBlocks) {
    const auto found = hardware_of(made_up(32, 2, [](auto record, uint8_t code, size_t place) {
        return e2m1[code] * (4 + (record[1] >> (place / 8 * 2) & 3)) / 4;
    }));
    EXPECT_EQ(found.lane_units, 8);
    EXPECT_EQ(found.lane_bits, 8); // 84
    EXPECT_EQ(found.factors, (std::vector<SubBlockFactor>{{8, 1.75}}));
}

TEST(FormatHardware, CountsRowsWithAFactor) {
    auto format = made_up(16, 1, [](auto record, uint8_t code, size_t) {
        return record[0] >> 7 ? int4[code] * 6 / 7 : e2m1[code];
    });
    format.scale_bytes = {0x38, 0xB8};
    const auto found = hardware_of(format);
    EXPECT_EQ(found.lane_units, 14);
    EXPECT_EQ(found.lane_bits, 8);     // -96
    EXPECT_EQ(found.product_bits, 15); // 9216
    EXPECT_EQ(found.divisor, 49);
    EXPECT_GT(found.muxes, 0);
}

} // namespace
} // namespace fp4::quant
