// Devices under test with one defect each, as found in public designs. Each rewrites the expected
// column of level-1 lines with what it would have computed, by a model that shares no code with
// golden; the checker must notice.
#include "fp4/arithmetic/exact_sum.hpp"
#include "lines.hpp"
#include "slow_dot.hpp"

namespace fp4::vec {
namespace {

using namespace test;

struct Device {
    std::string name;
    // Scale
    bool hidden_bit_always = false; // E = 0 reads as 8 + M
    bool nan_is_7f_only = false;    // FF is a finite 480
    bool nan_is_ff_only = false;    // 7F is a finite 480
    bool nan_is_zero = false;       // a NaN scale counts as 0
    bool flush_subnormal_scale = false;
    bool e3m3_by_adding_20 = false; // E3M3 read as UE4M3 of payload + 0x20
    bool e3m3_stops_at_28 = false;
    bool bit_7_negates = false; // UE4M3 read as E4M3
    // Elements
    bool special_on_zero_code = false; // the other zero is the special value
    bool special_sign_lost = false;
    bool special_sign_inverted = false;
    bool never_v2 = false;
    bool subnormal_element_lost = false; // code 1 is 0
    bool codes_reversed = false;         // of A only
    // Result
    enum class Ties { even, away, zero, truncate } ties = Ties::even;
    bool keeps_negative_zero = false;
    bool infinite_c_is_nan = false;
    bool nan_passes_through = false;
    bool flush_subnormal_result = false;
    int fraction_bits = 35; // of a fused step
    bool zero_products_have_exponents = false;
    bool canceled_products_have_no_exponent = false;
    int zero_c_exponent = -139;
    bool normalized_exponent = false; // alignment by the leading bit of the term
};

slow::BlockScale scale_of(const Device& dut, Format format, int byte) {
    const bool e3m3 = spec_of(format).scale == ScaleType::e3m3,
               ue4m3 = spec_of(format).scale == ScaleType::ue4m3;
    if (ue4m3) {
        const int payload = byte % 128;
        const bool finite_480 = payload == 0x7F && ((dut.nan_is_7f_only && byte != 0x7F) ||
                                                    (dut.nan_is_ff_only && byte != 0xFF));
        if (finite_480) return {15, 5, 8, false};
        if (payload == 0x7F && dut.nan_is_zero) return {0, 0, -126, false};
    }
    if (e3m3 && dut.e3m3_by_adding_20) return slow::scale_of(Format::nvfp4, byte % 64 + 0x20);
    if (e3m3 && dut.e3m3_stops_at_28 && byte % 64 == 0x3F) return slow::scale_of(format, 0x3E);
    slow::BlockScale scale = slow::scale_of(format, byte);
    const int field = (e3m3 ? byte % 64 : byte % 128) / 8;
    if ((e3m3 || ue4m3) && field == 0) {
        const int bias = e3m3 ? 3 : 7;
        if (dut.hidden_bit_always) scale = {8 + byte % 8, 1 - bias - 3, 1 - bias, false};
        if (dut.flush_subnormal_scale) scale = {0, 0, -126, false};
    }
    if (ue4m3 && dut.bit_7_negates && byte >= 128) scale.mantissa = -scale.mantissa;
    return scale;
}

int halves_of(const Device& dut, Format format, Specials specials, int byte, int code) {
    const int sentinel = spec_of(format).sentinel;
    if (dut.subnormal_element_lost && code % 8 == 1) return 0;
    if (sentinel < 0) return slow::lane_of(format, specials, byte, code);
    if (dut.special_on_zero_code && code % 8 == 0) code ^= 8;
    if (dut.never_v2) specials.v2_halves = specials.v1_halves;
    const int halves = slow::lane_of(format, specials, byte, code);
    if (code != sentinel) return halves;
    return dut.special_sign_lost ? std::abs(halves) : dut.special_sign_inverted ? -halves : halves;
}

uint32_t rounded(const Device& dut, const slow::Exact& value, bool toward_zero) {
    const slow::Exact magnitude = abs(value);
    const uint64_t low = slow::code_of_value(slow::fp32_layout, magnitude, true);
    const slow::Exact twice = 2 * magnitude,
                      midpoint = slow::value_of_code(slow::fp32_layout, low) +
                                 slow::value_of_code(slow::fp32_layout, low + 1);
    uint64_t code = toward_zero || dut.ties == Device::Ties::truncate
                        ? low
                        : slow::code_of_value(slow::fp32_layout, magnitude, false);
    if (!toward_zero && twice == midpoint && dut.ties == Device::Ties::away) code = low + 1;
    if (!toward_zero && twice == midpoint && dut.ties == Device::Ties::zero) code = low;
    code = std::min<uint64_t>(code, 0x7F800000);
    if (dut.flush_subnormal_result && code < 0x00800000) code = 0;
    return static_cast<uint32_t>(code | (value < 0 && code != 0 ? 0x80000000u : 0u));
}

// One output from codes (k = 0 first) and scale bytes.
uint32_t device_output(const Device& dut, const VectorConfig& config, std::string_view a,
                       std::string_view b, const std::vector<int>& sa, const std::vector<int>& sb,
                       uint32_t c) {
    std::vector<slow::Term> terms;
    bool all_zero = true;
    for (size_t first = 0; first < a.size(); first += 16) {
        const size_t block = first / static_cast<size_t>(spec_of(config.a).block);
        int dot = 0;
        bool zero_products = true;
        for (size_t k = first; k < first + 16; ++k) {
            const char code_a = dut.codes_reversed ? a[2 * first + 15 - k] : a[k];
            const int product = halves_of(dut, config.a, config.specials, sa[block],
                                          std::stoi(std::string(1, code_a), nullptr, 16)) *
                                halves_of(dut, config.b, config.specials, sb[block],
                                          std::stoi(std::string(1, b[k]), nullptr, 16));
            dot += product;
            zero_products = zero_products && product == 0;
        }
        terms.push_back(slow::term_of(dot, scale_of(dut, config.a, sa[block]),
                                      scale_of(dut, config.b, sb[block]), zero_products));
        all_zero &= terms.back().value == 0;
    }
    uint32_t d = 0;
    if (dut.nan_passes_through && slow::is_nan(c)) return c;
    if (slow::special_result(terms, c, d))
        return dut.infinite_c_is_nan && slow::is_infinite(c) ? slow::nan_bits : d;
    if (dut.keeps_negative_zero && all_zero && c == 0x80000000) return c;
    if (config.profile->accumulation != Accumulation::fused_steps) {
        slow::Exact sum = slow::value_of_fp32(c);
        for (const auto& term : terms) sum += term.value;
        return rounded(dut, sum, false);
    }
    const int field = static_cast<int>(c >> 23 & 0xFF);
    terms.push_back({slow::value_of_fp32(c),
                     c << 1 == 0  ? dut.zero_c_exponent
                     : field == 0 ? -126
                                  : field - 127,
                     false, false});
    int largest = -1000;
    for (size_t i = 0; i < terms.size(); ++i) {
        int exponent = terms[i].exponent;
        if (i + 1 < terms.size()) {
            if (terms[i].empty && !dut.zero_products_have_exponents) exponent = -139;
            if (terms[i].value == 0 && dut.canceled_products_have_no_exponent) exponent = -139;
            if (dut.normalized_exponent &&
                terms[i].value != 0) { // the denominator is a power of two
                const slow::Exact magnitude = abs(terms[i].value);
                exponent = static_cast<int>(msb(numerator(magnitude))) -
                           static_cast<int>(msb(denominator(magnitude)));
            }
        }
        largest = std::max(largest, exponent);
    }
    slow::Exact sum = 0;
    for (const auto& term : terms) sum += slow::cut(term.value, largest - dut.fraction_bits);
    return rounded(dut, sum, dut.ties == Device::Ties::even);
}

std::vector<int> bytes_of(std::string_view digits) {
    std::vector<int> bytes;
    for (size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return bytes;
}

std::string hex8(uint32_t bits) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", bits);
    return text;
}

// The line as this device gives it back, without its end.
std::string answer(const Device& dut, const VectorConfig& config, const std::string& line) {
    const auto words = split_words(std::string_view(line).substr(0, line.size() - 1));
    const std::string kept = line.substr(0, line.size() - 1 - words.back().size());
    const auto bits = [](std::string_view word) {
        return static_cast<uint32_t>(std::stoul(std::string(word), nullptr, 16));
    };
    if (config.op == Op::dot16) {
        const std::string a(words[0].rbegin(), words[0].rend()),
            b(words[2].rbegin(), words[2].rend());
        return kept + hex8(device_output(dut, config, a, b, bytes_of(words[1]), bytes_of(words[3]),
                                         bits(words[4])));
    }
    if (config.op == Op::mma)
        return kept + hex8(device_output(dut, config, words[1], words[2], bytes_of(words[3]),
                                         bytes_of(words[4]), bits(words[5])));
    // decode: the value is the element's product with 1.0 under the scale; the sign of zero is
    // golden's
    const int byte = std::stoi(std::string(words[0]), nullptr, 16),
              code = std::stoi(std::string(words[1]), nullptr, 16);
    const slow::BlockScale scale = scale_of(dut, config.a, byte);
    const int halves = halves_of(dut, config.a, config.specials, byte, code);
    uint32_t value =
        scale.nan
            ? slow::nan_bits
            : rounded(dut, slow::scaled(slow::Exact(halves) * scale.mantissa, scale.exponent - 1),
                      false);
    if (value == 0 && code >= 8 && !spec_of(config.a).has_specials()) value = 0x80000000;
    char text[3];
    std::snprintf(text, sizeof text, "%02x", static_cast<unsigned>(halves) & 0xFF);
    return std::string(words[0]) + " " + std::string(words[1]) + " " + text + " " + hex8(value);
}

// Up to the first mismatch.
void expect_noticed(const Device& dut, const VectorConfig& config) {
    const Generator generator(config, {});
    Checker checker(config, {}, 1);
    for (uint64_t i = 0; i < Generator::complete(config) && checker.failed() == 0; ++i) {
        const auto report = checker.line(answer(dut, config, *generator.line(i, Style::text)));
        ASSERT_TRUE(report) << dut.name << ": " << report.error().message;
        EXPECT_EQ(report->empty(), checker.failed() == 0);
    }
    EXPECT_EQ(checker.failed(), 1u)
        << dut.name << " was not noticed by " << header_text(config, {});
}

void expect_caught(const VectorConfig& config, const std::vector<Device>& devices) {
    std::string text;
    const Generator generator(config, {});
    for (uint64_t i = 0; i < Generator::complete(config); ++i)
        text += answer({"none"}, config, *generator.line(i, Style::text)) + "\n";
    const auto good = check_text(config, text);
    EXPECT_EQ(good.error, "");
    EXPECT_EQ(good.failed, 0u) << good.reports;
    EXPECT_EQ(good.passed, Generator::complete(config));
    for (const Device& dut : devices) expect_noticed(dut, config);
}

const std::vector<Device> ue4m3_defects{
    {.name = "hidden bit always", .hidden_bit_always = true},
    {.name = "NaN is 7F only", .nan_is_7f_only = true},
    {.name = "NaN is FF only", .nan_is_ff_only = true},
    {.name = "NaN lost", .nan_is_7f_only = true, .nan_is_ff_only = true},
    {.name = "NaN is zero", .nan_is_zero = true},
    {.name = "subnormal scale flushed", .flush_subnormal_scale = true},
    {.name = "bit 7 negates", .bit_7_negates = true},
    {.name = "subnormal element lost", .subnormal_element_lost = true}};
const std::vector<Device> e3m3_defects{{.name = "payload + 0x20", .e3m3_by_adding_20 = true},
                                       {.name = "hidden bit always", .hidden_bit_always = true},
                                       {.name = "maximum of 28", .e3m3_stops_at_28 = true},
                                       {.name = "V2 never", .never_v2 = true}};
const std::vector<Device> special_defects{
    {.name = "special on the other zero", .special_on_zero_code = true},
    {.name = "sign of the special lost", .special_sign_lost = true},
    {.name = "sign of the special inverted", .special_sign_inverted = true}};
const std::vector<Device> sum_defects{
    {.name = "codes of A reversed", .codes_reversed = true},
    {.name = "-0 kept", .keeps_negative_zero = true},
    {.name = "infinite C is NaN", .infinite_c_is_nan = true},
    {.name = "NaN passes through", .nan_passes_through = true},
    {.name = "subnormal results flushed", .flush_subnormal_result = true}};
const std::vector<Device> rounding_defects{{.name = "ties away", .ties = Device::Ties::away},
                                           {.name = "ties to zero", .ties = Device::Ties::zero},
                                           {.name = "truncation", .ties = Device::Ties::truncate}};
const std::vector<Device> alignment_defects{
    {.name = "34 bits kept", .fraction_bits = 34},
    {.name = "36 bits kept", .fraction_bits = 36},
    {.name = "zero products align", .zero_products_have_exponents = true},
    {.name = "canceled products do not align", .canceled_products_have_no_exponent = true},
    {.name = "normalized exponent", .normalized_exponent = true},
    {.name = "rounded to nearest, ties away", .ties = Device::Ties::away}};

std::vector<Device> all_of(std::initializer_list<std::vector<Device>> lists) {
    std::vector<Device> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

VectorConfig with_profile(VectorConfig config, const Arithmetic& profile) {
    config.profile = &profile;
    return config;
}

TEST(Defects, DecodeNvfp4) { expect_caught(config_of(Op::decode, "nvfp4"), ue4m3_defects); }
TEST(Defects, DecodeRazerA) {
    expect_caught(config_of(Op::decode, "razer-a"), all_of({ue4m3_defects, special_defects}));
}
TEST(Defects, DecodeRazerW) {
    expect_caught(config_of(Op::decode, "razer-w"), all_of({e3m3_defects, special_defects}));
}
TEST(Defects, DecodeOthers) {
    expect_caught(config_of(Op::decode, "mxfp4"),
                  {{.name = "subnormal element lost", .subnormal_element_lost = true}});
    expect_caught(config_of(Op::decode, "razer-cuda"), all_of({e3m3_defects, special_defects}));
    expect_caught(config_of(Op::decode, "rzr4"), all_of({ue4m3_defects, special_defects}));
}

TEST(Defects, Dot16ExactNvfp4) {
    expect_caught(config_of(Op::dot16, "nvfp4"),
                  all_of({ue4m3_defects, sum_defects, rounding_defects}));
}
TEST(Defects, Dot16ExactRazer) {
    expect_caught(
        config_of(Op::dot16, "razer"),
        all_of({ue4m3_defects, e3m3_defects, special_defects, sum_defects, rounding_defects}));
}
TEST(Defects, Dot16SequentialNvfp4) {
    expect_caught(with_profile(config_of(Op::dot16, "nvfp4"), fp32_seq),
                  all_of({sum_defects, rounding_defects}));
}
TEST(Defects, Dot16ExactMxfp4) {
    expect_caught(config_of(Op::dot16, "mxfp4"), all_of({sum_defects, rounding_defects}));
}
TEST(Defects, Dot16NvBlackwell) {
    expect_caught(with_profile(config_of(Op::dot16, "nvfp4"), nv_blackwell),
                  all_of({ue4m3_defects, sum_defects, alignment_defects}));
}
TEST(Defects, MmaNvBlackwellNvfp4) {
    expect_caught(config_of(Op::mma, "nvfp4"),
                  all_of({ue4m3_defects, sum_defects, alignment_defects}));
}
TEST(Defects, MmaNvBlackwellRazer) {
    expect_caught(config_of(Op::mma, "razer"),
                  all_of({e3m3_defects, special_defects, alignment_defects}));
}

} // namespace
} // namespace fp4::vec
