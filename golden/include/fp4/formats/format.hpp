// The block formats: one row each. C++ decoding, the SystemVerilog package and the documentation
// tables are all derived from these rows.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fp4/formats/code_book.hpp"
#include "fp4/formats/scale.hpp"

namespace fp4 {

enum class Format : uint8_t {
    nvfp4,
    razer_w,
    razer_a,
    mxfp4,
    razer_cuda,
    rzr4,
    nvfp4_ue5m3,
    mixfp4,
    nvint4,
    razer_mix,
    if4,
    hif4,
    m2xfp_w
}; // of those in the RTL, the value is the code on its format ports

// The scale record of a block: its bytes in memory order, the first in the low bits. The first is
// the scale byte, most formats have no other.
using ScaleRecord = uint32_t;
constexpr ScaleRecord scale_record(std::span<const uint8_t> bytes) {
    ScaleRecord record = 0;
    for (size_t i = bytes.size(); i-- > 0;) record = record << 8 | bytes[i];
    return record;
}

// What the bytes after the scale byte say of parts of the block.
enum class SubBlocks : uint8_t {
    none,
    // Element i is doubled where bit 7 - i/8 % 8 of byte 1 is set, and once more where bit
    // 7 - i/4 % 8 of byte 2 + i/32 is.
    doublings,
    // Element i is worth (4 + m) / 4, m being bits 2*(i/8)+1 and 2*(i/8) of byte 1.
    quarters,
};

// Elements of which the record of a format with sub-blocks speaks apart from the others.
inline constexpr int part_elements = 8;

struct Ratio {
    int numerator = 1, denominator = 1;
};

// Selectors are bits of the scale byte above the payload of its scale type.
struct FormatSpec {
    std::string_view name;
    int block = 16;  // elements that share one scale record, a multiple of dot_lanes
    ScaleType scale; // in the low bits of the scale byte
    CodeBookType code_book = CodeBookType::e2m1;
    CodeBookType other_code_book = CodeBookType::e2m1; // of blocks whose code_book_bit is set
    Ratio other_ratio{};    // times the values of other_code_book are the elements of such blocks
    int code_book_bit = -1; // bit of the scale byte; -1: every block has code_book
    int sentinel = -1;      // the element code that stands for the block's special value; -1: none
    int sign_bit = -1;      // bit of the scale byte that makes the special negative; -1: none
    int select_bit =
        -1; // bit of the scale byte that selects V2 instead of V1; -1: there is only V1
    SubBlocks sub_blocks = SubBlocks::none;
    int encode_max = -1;       // largest scale payload that encoders produce; -1: only decoded
    bool in_rtl = false;       // rtl/ decodes it
    bool tensor_scaled = true; // encoders choose a tensor scale; else it is 1

    constexpr bool has_specials() const { return sentinel >= 0; }
    constexpr bool has_second_special() const { return select_bit >= 0; }
    constexpr bool has_code_book_bit() const { return code_book_bit >= 0; }
    constexpr bool has_sub_blocks() const { return sub_blocks != SubBlocks::none; }
    // Bytes of a scale record.
    constexpr int scale_bytes() const {
        switch (sub_blocks) {
        case SubBlocks::doublings: return 2 + block / 32;
        case SubBlocks::quarters: return 2;
        case SubBlocks::none: break;
        }
        return 1;
    }
    constexpr const ScaleSpec& scale_spec() const { return spec_of(scale); }
    constexpr bool exponent_only_scales() const { return scale_spec().exponent_only(); }
    // Zeros have signs, those that rounding makes of small values among them; formats with specials
    // have +0 alone.
    constexpr bool has_signed_zeros() const { return !has_specials(); }
    // What two scale bytes have in common when their elements are read alike, 0..3.
    constexpr int selector(uint8_t scale_byte) const {
        return scale_byte >> scale_spec().payload_bits();
    }
    // A byte with this selector and payload 0; below `selectors()`.
    constexpr uint8_t byte_of_selector(int selector) const {
        return static_cast<uint8_t>(selector << scale_spec().payload_bits());
    }
    constexpr int selectors() const { return 256 >> scale_spec().payload_bits(); }
    constexpr bool has_other_code_book(ScaleRecord record) const {
        return has_code_book_bit() && (record >> code_book_bit & 1);
    }
    constexpr CodeBookType code_book_type(ScaleRecord record) const {
        return has_other_code_book(record) ? other_code_book : code_book;
    }
    // Datapaths carry elements as integers, lanes, of this many to 1.0: half-units in most formats.
    constexpr int lane_units() const {
        const int in_code_books =
            std::max({2, spec_of(code_book).units, spec_of(other_code_book).units});
        return in_code_books * other_ratio.denominator *
               (sub_blocks == SubBlocks::quarters ? 4 : 1);
    }
    // lane_units() is lane_divisor() * 2^lane_fraction_bits().
    constexpr int lane_fraction_bits() const {
        return std::countr_zero(static_cast<unsigned>(lane_units()));
    }
    constexpr int lane_divisor() const { return lane_units() >> lane_fraction_bits(); }
    // What the lane of a code is multiplied by in this place of the block, 1 to 7.
    constexpr int sub_block_factor(ScaleRecord record, int place) const {
        const auto byte = [&](int i) { return record >> (8 * i) & 0xFF; };
        const auto bit = [](uint32_t bits, int i) { return bits >> (7 - i % 8) & 1; };
        switch (sub_blocks) {
        case SubBlocks::doublings:
            return 1 << (bit(byte(1), place / 8) + bit(byte(2 + place / 32), place / 4));
        case SubBlocks::quarters: return 4 + static_cast<int>(byte(1) >> (place / 8 * 2) & 3);
        case SubBlocks::none: break;
        }
        return 1;
    }
    constexpr int min_sub_block_factor() const { return sub_blocks == SubBlocks::quarters ? 4 : 1; }
    constexpr int max_sub_block_factor() const {
        return sub_blocks == SubBlocks::doublings ? 4 : sub_blocks == SubBlocks::quarters ? 7 : 1;
    }
    // The record can say this many things of eight elements apart from the other ones; setting
    // number i of part p are the bits that say so of elements 8p to 8p + 7.
    constexpr int part_settings() const {
        return sub_blocks == SubBlocks::doublings ? 8 : sub_blocks == SubBlocks::quarters ? 4 : 1;
    }
    constexpr ScaleRecord part_setting(int part, int i) const {
        const auto setting = static_cast<ScaleRecord>(i);
        switch (sub_blocks) {
        case SubBlocks::doublings:
            return (setting >> 2) << (8 + 7 - part) |
                   (setting & 3) << (8 * (2 + part / 4) + 6 - part % 4 * 2);
        case SubBlocks::quarters: return setting << (8 + 2 * part);
        case SubBlocks::none: break;
        }
        return 0;
    }
    // Sums of products with formats that do, too, may run in an int64 in units of 2^-20.
    constexpr bool fits_int64_sum() const {
        return lane_units() == 2 && scale_spec().fits_int64_sum();
    }
    // The option e3m3_max of encoders takes the place of encode_max.
    constexpr bool has_e3m3_max() const { return scale == ScaleType::e3m3; }
    // Magnitude that encoders scale the largest block of a tensor to: that of code 7.
    constexpr float largest_element() const { return spec_of(code_book).largest(); }
};

inline constexpr std::array<FormatSpec, 13> format_specs{{
    {.name = "nvfp4", .scale = ScaleType::ue4m3, .encode_max = 0x7E, .in_rtl = true},
    {.name = "razer-w",
     .scale = ScaleType::e3m3,
     .sentinel = e2m1_negative_zero,
     .sign_bit = 7,
     .select_bit = 6,
     .encode_max = 0x3E,
     .in_rtl = true},
    {.name = "razer-a",
     .scale = ScaleType::ue4m3,
     .sentinel = e2m1_negative_zero,
     .sign_bit = 7,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "mxfp4",
     .block = 32,
     .scale = ScaleType::e8m0,
     .encode_max = 0xFE,
     .in_rtl = true,
     .tensor_scaled = false},
    // razer-w as the public CUDA-core kernels read it
    {.name = "razer-cuda", .scale = ScaleType::e3m3, .sentinel = 0, .sign_bit = 7, .select_bit = 6},
    // razer-a as Vortex's tensor unit reads it
    {.name = "rzr4", .scale = ScaleType::ue4m3, .sentinel = 0, .sign_bit = 7},
    {.name = "nvfp4-ue5m3",
     .scale = ScaleType::ue5m3,
     .encode_max = 0xFE,
     .in_rtl = true,
     .tensor_scaled = false},
    {.name = "mixfp4",
     .scale = ScaleType::ue4m3,
     .other_code_book = CodeBookType::e1m2,
     .code_book_bit = 7,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "nvint4",
     .scale = ScaleType::ue4m3,
     .code_book = CodeBookType::int4,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "razer-mix",
     .scale = ScaleType::ue4m3,
     .code_book = CodeBookType::razer_mix_6,
     .other_code_book = CodeBookType::razer_mix_5,
     .code_book_bit = 7,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "if4",
     .scale = ScaleType::ue4m3,
     .other_code_book = CodeBookType::int4,
     .other_ratio = {6, 7},
     .code_book_bit = 7,
     .encode_max = 0x7E,
     .in_rtl = true},
    {.name = "hif4",
     .block = 64,
     .scale = ScaleType::e6m2,
     .code_book = CodeBookType::s1p2,
     .sub_blocks = SubBlocks::doublings,
     .encode_max = 0xFE,
     .in_rtl = true,
     .tensor_scaled = false},
    {.name = "m2xfp-w",
     .block = 32,
     .scale = ScaleType::e8m0,
     .sub_blocks = SubBlocks::quarters,
     .encode_max = 0xFE,
     .in_rtl = true,
     .tensor_scaled = false},
}};

constexpr const FormatSpec& spec_of(Format format) {
    return format_specs[static_cast<size_t>(format)];
}

constexpr std::optional<Format> format_from_name(std::string_view name) {
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (format_specs[i].name == name) return static_cast<Format>(i);
    return std::nullopt;
}

// Elements of one integer dot product, the granule of decoding and accumulation. A block is one of
// them or more.
inline constexpr int dot_lanes = 16;
inline constexpr int max_block = 64;
inline constexpr int max_scale_bytes = sizeof(ScaleRecord);
static_assert([] {
    for (const auto& spec : format_specs) {
        if (spec.block % dot_lanes != 0 || spec.block > max_block ||
            spec.scale_spec().fraction_bits > scale_fraction_bits ||
            spec.scale_bytes() > max_scale_bytes || (spec.has_specials() && spec.lane_units() != 2))
            return false;
        for (const int bit : std::array{spec.code_book_bit, spec.sign_bit, spec.select_bit})
            if (bit >= 0 && bit < spec.scale_spec().payload_bits()) return false;
    }
    return true;
}());

// Lanes by format, by whether code_book_bit is set, and by code; before sub_block_factor. Special
// values are left out.
inline constexpr auto lane_tables = [] {
    std::array<std::array<std::array<int8_t, 16>, 2>, format_specs.size()> tables{};
    for (size_t format = 0; format < tables.size(); ++format)
        for (size_t other = 0; other < 2; ++other)
            for (uint8_t code = 0; code < 16; ++code) {
                const FormatSpec& spec = format_specs[format];
                const CodeBook& book = spec_of(other ? spec.other_code_book : spec.code_book);
                const Ratio ratio = other ? spec.other_ratio : Ratio{};
                const int units = spec.lane_units() /
                                  (spec.sub_blocks == SubBlocks::quarters ? 4 : 1) / book.units;
                tables[format][other][code] = static_cast<int8_t>(
                    book.values[code] * units * ratio.numerator / ratio.denominator);
            }
    return tables;
}();

// Magnitudes of a tensor's special values in half-units, 5 bits each. Formats without specials
// ignore them; razer-a has V1 only.
struct Specials {
    uint8_t v1_halves = 10;
    uint8_t v2_halves = 16;

    friend constexpr bool operator==(const Specials&, const Specials&) = default;
};

inline constexpr int special_max_halves = 31;

// How the codes and scale bytes of one operand are read.
struct OperandFormat {
    Format format = Format::nvfp4;
    Specials specials{};

    // Specials count where the format has them.
    friend constexpr bool operator==(const OperandFormat& a, const OperandFormat& b) {
        return a.format == b.format &&
               (!spec_of(a.format).has_specials() || a.specials == b.specials);
    }
};

} // namespace fp4
