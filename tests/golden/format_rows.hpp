// What the tests know of every format: one row each, written down anew from the definition of the
// format and sharing no number with golden. Tests of decoding, arithmetic and encoding walk these
// rows, so that a format is tested once it has one.
#pragma once
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "fp4/formats/format.hpp"

namespace fp4::test {

// Element values by code, as integers of which `units` make 1.0.
using Lanes = std::array<int, 16>;
inline constexpr Lanes e2m1{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12},
    e1m2{0, 2, 4, 6, 8, 10, 12, 14, 0, -2, -4, -6, -8, -10, -12, -14},
    int4{0, 2, 4, 6, 8, 10, 12, 14, -16, -14, -12, -10, -8, -6, -4, -2},
    razer_mix_6{0, 1, 2, 3, 4, 6, 8, 12, 5, -1, -2, -3, -4, -6, -8, -12},
    razer_mix_5{0, 1, 2, 3, 4, 6, 8, 10, -5, -1, -2, -3, -4, -6, -8, -10},
    s1p2{0, 1, 2, 3, 4, 5, 6, 7, 0, -1, -2, -3, -4, -5, -6, -7}, // in quarters
    // in fourteenths: 7 times half-units, and 6/7 of twice seven times an integer
    e2m1_fourteenths{0, 7, 14, 21, 28, 42, 56, 84, 0, -7, -14, -21, -28, -42, -56, -84},
    int4_fourteenths{0, 12, 24, 36, 48, 60, 72, 84, -96, -84, -72, -60, -48, -36, -24, -12};

// Exponent field over fraction, value = (1 + fraction) * 2^(field - bias).
struct ScaleByte {
    int payloads; // the payload is the byte modulo this
    int fractions;
    int bias;
    bool subnormals;
    int nan; // payload; -1: none
};
inline constexpr ScaleByte ue4m3{128, 8, 7, true, 127}, e3m3{64, 8, 3, true, -1},
    e8m0{256, 1, 127, false, 255}, ue5m3{256, 8, 15, true, 255}, e6m2{256, 4, 48, false, 255};

// value(code) under a scale record and a tensor scale of 1.
struct Landmark {
    uint32_t record;
    int code;
    double value;
    int place = 0; // in the block
};

// What the second and later bytes of a scale record multiply elements by.
enum class Parts { none, doublings, quarters };

// A block by the default encoder under a tensor scale of 1: values before a run of zeros, and the
// scale record with the codes before a run of 0 (at least three).
struct HandWorked {
    std::vector<float> x;
    std::string_view expected;
};

struct FormatRow {
    std::string_view name;
    int block;
    ScaleByte scale;
    Lanes lanes = e2m1;       // of blocks whose scale byte is below other_from
    Lanes other_lanes = e2m1; // of the others
    int other_from = 256;
    int units = 2; // of lanes, after factors
    Parts parts = Parts::none;
    int scale_bytes = 1;
    int special = -1; // code of the special value, whose sign is bit 7; -1: none
    bool v2_by_bit_6 = false;
    bool one_zero = false; // +0
    int zero_block = -1;   // scale byte of a block of zeros; -1: the encoder's business
    uint64_t exact_k = 0;  // largest K of an exact sum with itself
    double normal_nmse = 0,
           student_nmse = 0; // as published, of the default encoder, +-2%; 0: none is
    std::vector<Landmark> landmarks{};
    std::vector<HandWorked> encoded{};
};

inline const std::vector<FormatRow>& format_rows() {
    static const std::vector<FormatRow> rows{
        {.name = "nvfp4",
         .block = 16,
         .scale = ue4m3,
         .exact_k = 1217392,
         .normal_nmse = .00904,
         .student_nmse = .00853,
         .landmarks = {{0x38, 0x7, 6},
                       {0x80, 0x7, 0},
                       {0x88, 0x2, 0x1p-6},
                       {0x7E, 0xF, -2688},
                       {0x38, 0x8, -0.0},
                       {0x7F, 0x0, NAN},
                       {0xFF, 0x7, NAN}},
         .encoded = {{{6, .75f, 2.5f, 5, -.1f, -0.0f, -.25f, -5}, "0x38:7246888E"}}},
        {.name = "razer-w",
         .block = 16,
         .scale = e3m3,
         .special = 8,
         .v2_by_bit_6 = true,
         .one_zero = true,
         .zero_block = 0x01,
         .exact_k = 152709936,
         .normal_nmse = .00567,
         .student_nmse = .00552,
         .landmarks = {{0x18, 0x8, 5}, {0x7F, 0x8, 240}, {0xC1, 0x8, -8 * 0x1p-5}, {0x00, 0x8, 0}}},
        {.name = "razer-a",
         .block = 16,
         .scale = ue4m3,
         .special = 8,
         .one_zero = true,
         .zero_block = 0x81,
         .exact_k = 1217392,
         .normal_nmse = .00621,
         .student_nmse = .00656,
         .landmarks = {{0x38, 0x8, 5},
                       {0xB8, 0x8, -5},
                       {0xB8, 0xF, -6},
                       {0x80, 0x8, 0},
                       {0x7F, 0x0, NAN},
                       {0xFF, 0x1, NAN}}},
        {.name = "mxfp4",
         .block = 32,
         .scale = e8m0,
         .exact_k = 562949953421312,
         .landmarks = {{0x7F, 0x7, 6},
                       {0x00, 0x2, 0x1p-127},
                       {0xFE, 0x1, 0x1p126},
                       {0x7F, 0x8, -0.0},
                       {0xFF, 0x0, NAN}}},
        {.name = "razer-cuda",
         .block = 16,
         .scale = e3m3,
         .special = 0,
         .v2_by_bit_6 = true,
         .one_zero = true,
         .exact_k = 152709936,
         .landmarks = {{0x18, 0x0, 5}, {0xD8, 0x0, -8}, {0xFF, 0x0, -240}, {0x98, 0x8, 0}}},
        {.name = "rzr4",
         .block = 16,
         .scale = ue4m3,
         .special = 0,
         .one_zero = true,
         .exact_k = 1217392,
         .landmarks = {{0x38, 0x0, 5},
                       {0xB8, 0x0, -5},
                       {0x87, 0x1, 3.5 * 0x1p-9},
                       {0x7F, 0x8, NAN},
                       {0xFF, 0x0, NAN}}},
        {.name = "nvfp4-ue5m3",
         .block = 16,
         .scale = ue5m3,
         .zero_block = 0x01,
         .exact_k = 281474976710656,
         .normal_nmse = .00906,
         .student_nmse = .00852,
         .landmarks = {{0x78, 0x1, .5},
                       {0x78, 0x7, 6},
                       {0x78, 0x8, -0.0},
                       {0x78, 0xF, -6},
                       {0x78, 0xA, -1},
                       {0x01, 0x1, 0x1p-18},
                       {0x01, 0x7, 3 * 0x1p-16},
                       {0x01, 0xF, -3 * 0x1p-16},
                       {0x01, 0xA, -0x1p-17},
                       {0x80, 0x1, 1}, // bit 7 is of the exponent
                       {0x80, 0x7, 12},
                       {0x7F, 0x2, 1.875},
                       {0xFE, 0x7, 688128},
                       {0xFF, 0x0, NAN}},
         // The scales clamp at both ends: 3 * 2^-17 is 5 there, 12 * 114688 is 6.
         .encoded = {{{0, -0.0f}, "0x1:080"},
                     {{6, .75f, 2.5f, 5, -.1f, -0.0f, -.25f, -5}, "0x78:7246888E"},
                     {{6 * 0x1p-12f, 3 * 0x1p-12f}, "0x18:750"},
                     {{3 * 0x1p-17f, -1e-9f}, "0x1:580"},
                     {{12 * 114688, -6 * 114688}, "0xFE:7F0"}}},
        {.name = "mixfp4",
         .block = 16,
         .scale = ue4m3,
         .other_lanes = e1m2,
         .other_from = 128,
         .zero_block = 0x00,
         .exact_k = 894400,
         .normal_nmse = .00618,
         .student_nmse = .00683,
         .landmarks = {{0x38, 0x1, .5},
                       {0x38, 0x7, 6},
                       {0x38, 0x8, -0.0},
                       {0xB8, 0x1, 1},
                       {0xB8, 0x7, 7},
                       {0xB8, 0x8, -0.0},
                       {0xC5, 0x5, 16.25},
                       {0xC5, 0x7, 22.75},
                       {0xC5, 0xF, -22.75},
                       {0x45, 0x5, 9.75},
                       {0x45, 0x7, 19.5},
                       {0x81, 0x7, 7 * 0x1p-9},
                       {0x7F, 0x0, NAN},
                       {0xFF, 0x0, NAN}},
         // 7 5 3 1 are elements of E1M2, 6 4 3 2 1.5 1 .5 of E2M1. 42 is 7 * 6 and 6 * 7: a tie.
         // Ties of elements go to even codes; 5 is no element of E2M1 under 1.125. 6.5 * 2^-10 / 7
         // rounds to a scale of 0, / 6 does not.
         .encoded = {{{0, -0.0f}, "0x0:000"},
                     {{7, 5, 3, 1, -7, -5}, "0xB8:7531FD"},
                     {{6, 4, 3, 2, 1.5f, 1, .5f}, "0x38:7654321"},
                     {{42}, "0xCC:700"},
                     {{7, 2.5f, 3.5f, -.5f, -0.0f, 5, 5, 5, 5}, "0xB8:724885555"},
                     {{6.5f * 0x1p-10f}, "0x1:500"},
                     {{-0x1p-11f}, "0x0:000"}}},
        {.name = "nvint4",
         .block = 16,
         .scale = ue4m3,
         .lanes = int4,
         .other_lanes = int4,
         .zero_block = 0x00,
         .exact_k = 684784,
         .normal_nmse = .00747,
         .student_nmse = .01044,
         .landmarks = {{0x38, 0x1, 1},
                       {0x38, 0x7, 7},
                       {0x38, 0x8, -8},
                       {0x38, 0xF, -1},
                       {0xB8, 0x9, -7},
                       {0x01, 0x7, 7 * 0x1p-9},
                       {0x01, 0x9, -7 * 0x1p-9},
                       {0x7E, 0x7, 3136},
                       {0x7E, 0xF, -448},
                       {0xFF, 0x0, NAN}},
         // .5 is a tie and goes to 0. -8 / 7 is 1.125 as a scale, under which it is -7.1.
         .encoded = {{{0, -0.0f}, "0x0:000"},
                     {{7, -7, 2.5f, -3.5f, .5f, -.4f, -0.0f, -1}, "0x38:792C000F"},
                     {{-8}, "0x39:900"},
                     {{14 * 448, -14 * 448}, "0x7E:790"}}},
        {.name = "razer-mix",
         .block = 16,
         .scale = ue4m3,
         .lanes = razer_mix_6,
         .other_lanes = razer_mix_5,
         .other_from = 128,
         .zero_block = 0x00,
         .exact_k = 1217392,
         .landmarks = {{0x38, 0x1, .5},
                       {0x38, 0x7, 6},
                       {0x38, 0x8, 2.5},
                       {0x38, 0xF, -6},
                       {0xB8, 0x6, 4},
                       {0xB8, 0x7, 5},
                       {0xB8, 0x8, -2.5},
                       {0xB8, 0xF, -5},
                       {0xC5, 0x7, 16.25},
                       {0x81, 0x8, -5 * 0x1p-10},
                       {0x7F, 0x8, NAN},
                       {0xFF, 0x0, NAN}},
         // 6 and 2.5 are values of one code book alone, 5 and -2.5 of the other; the values of both
         // are those of bit 7 clear.
         .encoded = {{{0, -0.0f}, "0x0:000"},
                     {{4, 3, 2, 1.5f, 1, .5f, -4}, "0x38:654321E"},
                     {{6, 2.5f, 4, 3, 2, 1.5f, 1, .5f, -6}, "0x38:78654321F"},
                     {{5, -2.5f, 4, 3, 2, 1.5f, 1, .5f, -5}, "0xB8:78654321F"}}},
        {.name = "if4",
         .block = 16,
         .scale = ue4m3,
         .lanes = e2m1_fourteenths,
         .other_lanes = int4_fourteenths,
         .other_from = 128,
         .units = 14,
         .zero_block = 0x00,
         .exact_k = 281474976710656,
         .normal_nmse = .00617,
         .student_nmse = .00682,
         .landmarks = {{0x38, 0x1, .5},
                       {0x38, 0x8, -0.0},
                       {0xB8, 0x1, 6 / 7.0},
                       {0xB8, 0x3, 18 / 7.0},
                       {0xB8, 0x7, 6},
                       {0xB8, 0x8, -48 / 7.0},
                       {0xB8, 0x9, -6},
                       {0xB8, 0xF, -6 / 7.0},
                       {0xC6, 0x1, 3},
                       {0xC6, 0x7, 21},
                       {0xC6, 0x8, -24},
                       {0xC6, 0xF, -3},
                       {0xFE, 0x7, 2688},
                       {0xFE, 0x1, 384},
                       {0x7E, 0x7, 2688},
                       {0x7F, 0x0, NAN},
                       {0xFF, 0x1, NAN}},
         // Under a scale of 3.5 the integers are multiples of 3. 6 and -6 are elements of both, a
         // tie; a negative that rounds to zero is -0 in E2M1 alone.
         .encoded = {{{0, -0.0f}, "0x0:000"},
                     {{21, 15, 9, 3, -21, -15}, "0xC6:75319B"},
                     {{6, 4, 3, 2, 1.5f, 1, .5f, -.1f}, "0x38:76543218"},
                     {{6, -6}, "0x38:7F0"},
                     {{21, -1, 18, -9}, "0xC6:706D"}}},
        {.name = "hif4",
         .block = 64,
         .scale = e6m2,
         .lanes = s1p2,
         .units = 4,
         .parts = Parts::doublings,
         .scale_bytes = 4,
         .zero_block = 0x00,
         .exact_k = 1125899906842624,
         .normal_nmse = .00691,
         .student_nmse = .00775,
         // Bytes C1 A0 90 01: a scale of 1.25, eights 0 and 2 doubled, fours 0, 3 and 15.
         .landmarks = {{0x0190A0C1, 0x1, 1.25, 1},
                       {0x0190A0C1, 0x3, 3.75, 3},
                       {0x0190A0C1, 0x4, 2.5, 4},
                       {0x0190A0C1, 0x7, 4.375, 7},
                       {0x0190A0C1, 0x8, -0.0, 8},
                       {0x0190A0C1, 0x9, -.3125, 9},
                       {0x0190A0C1, 0xC, -2.5, 12},
                       {0x0190A0C1, 0xF, -4.375, 15},
                       {0x0190A0C1, 0x1, .625, 17},
                       {0x0190A0C1, 0x3, .9375, 35},
                       {0x0190A0C1, 0xC, -2.5, 60},
                       {0x0190A0C1, 0xF, -4.375, 63},
                       {0x00000000, 0x7, 7 * 0x1p-50},
                       {0xFFFFFFFE, 0x7, 344064},
                       {0x000000FF, 0x0, NAN, 63},
                       {0xFFFFFFFF, 0x7, NAN}},
         // 7 * bf16(1/7) rounds to 1. The first eight are doubled, the first four twice; ties go
         // away from zero: 3.5 under 4 quarters is 4, -0.25 under 2 is -0.5.
         .encoded = {{{0, -0.0f}, "0x0:000"},
                     {{7, 3.5f, .5f, -0.0f, 3, 1.5f, -.25f, 0, 1, .25f}, "0x8080C0:7418639041"}}},
        {.name = "m2xfp-w",
         .block = 32,
         .scale = e8m0,
         .units = 8,
         .parts = Parts::quarters,
         .scale_bytes = 2,
         .zero_block = 0x61,
         .exact_k = 562949953421312,
         .normal_nmse = .00652,
         .student_nmse = .00709,
         // Bytes 7F E4: quarters 0, 1, 2 and 3.
         .landmarks = {{0xE47F, 0x1, .5, 1},
                       {0xE47F, 0x7, 6, 7},
                       {0xE47F, 0x8, -0.0, 8},
                       {0xE47F, 0x9, -.625, 9},
                       {0xE47F, 0xD, -3.75, 13},
                       {0xE47F, 0xF, -7.5, 15},
                       {0xE47F, 0x7, 9, 16},
                       {0xE47F, 0xF, -9, 23},
                       {0xE47F, 0x1, .875, 31},
                       {0xE400, 0x2, 0x1p-127},
                       {0xFFFE, 0x1, .875 * 0x1p127},
                       {0xE4FF, 0x0, NAN}},
         // 7.5 is 6 * 5/4 and 9 is 6 * 6/4 under a scale of 1; the amax 9 alone would take 2.
         .encoded = {{{0, -0.0f}, "0x61:080"},
                     {{6}, "0x7F:700"},
                     {{7.5f, -3.75f}, "0x17F:7D0"},
                     {{7.5f, -3.75f, 0, 0, 0, 0, 0, 0, 9}, "0x97F:7D0000007"}}},
    };
    return rows;
}

// Rows are in golden's order, which a test checks.
inline const FormatRow& row_of(Format format) {
    return format_rows().at(static_cast<size_t>(format));
}

inline const Lanes& lanes_under(const FormatRow& row, int scale_byte) {
    return scale_byte < row.other_from ? row.lanes : row.other_lanes;
}

// The formats of golden that a predicate of their rows there chooses.
template <class Chooses>
constexpr auto formats_where(Chooses chooses) {
    constexpr size_t count = [] {
        size_t n = 0;
        for (const FormatSpec& spec : format_specs) n += Chooses{}(spec);
        return n;
    }();
    std::array<Format, count> formats{};
    for (size_t i = 0, n = 0; i < format_specs.size(); ++i)
        if (chooses(format_specs[i])) formats[n++] = static_cast<Format>(i);
    return formats;
}

inline constexpr auto all_formats = formats_where([](const FormatSpec&) { return true; });
inline constexpr auto formats_of_one_byte =
    formats_where([](const FormatSpec& spec) { return spec.scale_bytes() == 1; });
inline constexpr auto formats_of_16 =
    formats_where([](const FormatSpec& spec) { return spec.block == 16; });
inline constexpr auto encoded_formats_of_16 =
    formats_where([](const FormatSpec& spec) { return spec.block == 16 && spec.encode_max >= 0; });

} // namespace fp4::test
