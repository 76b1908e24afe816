#include "fp4/formats/float_element.hpp"

#include <gtest/gtest.h>

#include "operands.hpp"
#include "slow_dot_add.hpp"

namespace fp4 {
namespace {

using test::hex;

// Every code of every format against the definition; the classes are counted.
TEST(FloatElement, EveryCode) {
    struct Counts {
        int zero, finite, infinite, nan;
        bool operator==(const Counts&) const = default;
    };
    const std::map<std::string, Counts> expected{{"fp16", {2, 63486, 2, 2046}},
                                                 {"bf16", {2, 65278, 2, 254}},
                                                 {"tf32", {2, 522238, 2, 2046}},
                                                 {"e4m3", {2, 252, 0, 2}},
                                                 {"e5m2", {2, 246, 2, 6}}};
    std::map<std::string, Counts> counts;
    for (size_t f = 0; f < element_specs.size(); ++f) {
        const auto format = static_cast<ElementFormat>(f);
        const std::string name(spec_of(format).name);
        const auto layout = slow::element_layout(name);
        for (uint32_t code = 0; code < 1u << spec_of(format).bits(); ++code) {
            const DecodedFloat x = decode_element(format, code);
            const auto twin = slow::number_of(layout, name == "e4m3", code);
            ASSERT_EQ(x.negative, twin.negative) << name << " " << hex(code);
            ASSERT_EQ(x.kind == FloatClass::nan, twin.kind == slow::Number::nan)
                << name << " " << hex(code);
            ASSERT_EQ(x.kind == FloatClass::infinite, twin.kind == slow::Number::infinite)
                << name << " " << hex(code);
            ASSERT_EQ(x.kind == FloatClass::zero,
                      twin.kind == slow::Number::finite && twin.value == 0)
                << name << " " << hex(code);
            ASSERT_EQ(slow::scaled(x.significand, x.exponent - x.fraction_bits), abs(twin.value))
                << name << " " << hex(code);
            ASSERT_EQ(x.exponent, x.kind == FloatClass::zero ? 1 - layout.bias : twin.exponent)
                << name << " " << hex(code);
            Counts& count = counts[name];
            ++(x.kind == FloatClass::zero       ? count.zero
               : x.kind == FloatClass::finite   ? count.finite
               : x.kind == FloatClass::infinite ? count.infinite
                                                : count.nan);
        }
    }
    EXPECT_EQ(counts, expected);
}

TEST(FloatElement, WidthsAndNames) {
    const std::map<std::string, int> bits{
        {"fp16", 16}, {"bf16", 16}, {"tf32", 19}, {"e4m3", 8}, {"e5m2", 8}};
    std::map<std::string, int> found;
    for (const auto& spec : element_specs) {
        found[std::string(spec.name)] = spec.bits();
        ASSERT_TRUE(element_format_from_name(spec.name));
        EXPECT_EQ(spec_of(*element_format_from_name(spec.name)).name, spec.name);
    }
    EXPECT_EQ(found, bits);
    EXPECT_FALSE(element_format_from_name("fp8"));
}

TEST(FloatElement, KnownCodes) {
    const auto finite = [](bool negative, uint32_t significand, int exponent, int fraction_bits) {
        return DecodedFloat{FloatClass::finite, negative, significand, exponent, fraction_bits};
    };
    EXPECT_EQ(decode_element(ElementFormat::e4m3, 0x7E), finite(false, 14, 8, 3)); // 448
    EXPECT_EQ(decode_element(ElementFormat::e4m3, 0x81), finite(true, 1, -6, 3));  // -2^-9
    EXPECT_EQ(decode_element(ElementFormat::e5m2, 0x7B), finite(false, 7, 15, 2)); // 57344
    EXPECT_EQ(decode_element(ElementFormat::fp16, 0x7BFF), finite(false, 2047, 15, 10));
    EXPECT_EQ(decode_element(ElementFormat::tf32, 0x1FC00), finite(false, 1024, 0, 10));
    EXPECT_EQ(decode_element(ElementFormat::bf16, 0x0001), finite(false, 1, -126, 7));
    EXPECT_EQ(decode_element(ElementFormat::e4m3, 0xFF).kind, FloatClass::nan);
    EXPECT_EQ(decode_element(ElementFormat::e4m3, 0x78).kind,
              FloatClass::finite); // the exponent of others' infinity
    EXPECT_EQ(decode_element(ElementFormat::e5m2, 0x7C).kind, FloatClass::infinite);
}

} // namespace
} // namespace fp4
