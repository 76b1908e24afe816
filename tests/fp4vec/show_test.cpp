// Explanations for people who look at waveforms, and the list for programs.
#include "show.hpp"

#include <nlohmann/json.hpp>

#include "lines.hpp"
#include "list.hpp"

namespace fp4::vec {
namespace {

using namespace test;

TEST(Show, DecodeOneCode) {
    const auto razer_w = config_of(Op::decode, "razer-w");
    EXPECT_EQ(*show_decode(razer_w, Words{"c1", "8"}),
              "razer-w scale c1  e3m3 payload 01: 1 * 2^-5 = 0.03125; code 8 is -8\n"
              "code 8  lane -16  element   -8  value          -0.25  fp32 be800000\n");
    EXPECT_EQ(*show_decode(config_of(Op::decode, "nvfp4"), Words{"0xFF", "F"}),
              "nvfp4 scale ff  ue4m3 payload 7f: NaN\n"
              "code f  lane -12  element   -6  value            NaN  fp32 7fffffff\n");
}

TEST(Show, DecodeABlock) {
    const std::string text =
        *show_decode(config_of(Op::decode, "nvfp4"), Words{"38", "0x8000_0000_0000_0007"});
    EXPECT_NE(
        text.find(
            "element  0  code 7  lane  12  element    6  value              6  fp32 40c00000\n"),
        std::string::npos)
        << text;
    EXPECT_NE(
        text.find(
            "element 15  code 8  lane   0  element    0  value             -0  fp32 80000000\n"),
        std::string::npos)
        << text;
    EXPECT_EQ(std::ranges::count(text, '\n'), 17);
    EXPECT_EQ(
        std::ranges::count(
            *show_decode(config_of(Op::decode, "mxfp4"), Words{"7f", std::string(32, '1')}), '\n'),
        33);
    EXPECT_EQ(std::ranges::count(*show_decode(config_of(Op::decode, "mxfp4"), Words{"7f"}), '\n'),
              17);
}

TEST(Show, Dot) {
    const std::string text =
        *show_dot(config_of(Op::dot16, "razer"),
                  Words{"000000000000000F", "38", "0000000000000008", "dF", "3f800000"});
    EXPECT_EQ(text.substr(0, text.find("element  1")),
              "sa razer-a 38  ue4m3 payload 38: 8 * 2^-3 = 1; code 8 is 5\n"
              "sb razer-w df  e3m3 payload 1f: 15 * 2^-3 = 1.875; code 8 is -8\n"
              "element  0  a f   -6  b 8   -8  product     48\n");
    std::string expected = "dot 192 / 4 = 48\n"
                           "term 23040 * 2^-8, aligned by exponent 0\n"
                           "c 3f800000 = 1\n";
    for (const auto& profile : arithmetic_profiles)
        expected += "d 42b60000 = 91  " + std::string(profile.name) + "\n";
    EXPECT_EQ(text.substr(text.find("dot ")), expected);
}

TEST(Show, Encode) {
    Words values(16, "0");
    values[0] = "-6";
    values[1] = "0x3f000000";
    values[2] = "2.5";
    const std::string text = *show_encode(config_of(Op::encode, "nvfp4"), values, 2688);
    EXPECT_EQ(text.substr(0, text.find("element  3")),
              "encoder nv  tensor scale 3f800000 = 1\n"
              "nvfp4 scale 38  ue4m3 payload 38: 8 * 2^-3 = 1\n"
              "element  0  x             -6  code f  element   -6  dequantized             -6\n"
              "element  1  x            0.5  code 1  element  0.5  dequantized            0.5\n"
              "element  2  x            2.5  code 4  element    2  dequantized              2\n");
    EXPECT_EQ(text.substr(text.find("codes")), "codes 000000000000041f\n");
}

TEST(Show, Errors) {
    const auto config = config_of(Op::decode, "nvfp4");
    EXPECT_EQ(show_decode(config, Words{}).error().message,
              "arguments: expected SCALE [CODES], found '0 words'");
    EXPECT_EQ(show_decode(config, Words{"7"}).error().message,
              "scale: expected 2 hexadecimal digits, found '7'");
    EXPECT_EQ(show_decode(config, Words{"7e", "77"}).error().message,
              "codes: expected 1 or 16 hexadecimal digits, found '77'");
    EXPECT_EQ(show_dot(config, Words{"7", "7e", "7", "7e"}).error().message,
              "a: expected 16 hexadecimal digits, found '7'");
    EXPECT_EQ(show_dot(config, Words{"7"}).error().message,
              "arguments: expected A SA B SB [C], found '1 words'");
    EXPECT_EQ(show_encode(config, Words{"1"}, 0).error().message,
              "values: expected 16 of a block, found '1 words'");
    EXPECT_EQ(show_encode(config, Words(16, "one"), 0).error().message,
              "value: expected a decimal number or 0x and 8 digits, found 'one'");
    EXPECT_EQ(show_encode(config, Words(16, "nan"), 0).error().message,
              "x: expected finite values, found NaN at row 0, column 0 (index 0)");
}

TEST(List, IsJsonWithEveryName) {
    const auto list = nlohmann::json::parse(list_json());
    const auto names = [&](const char* key) {
        std::string text;
        for (const auto& entry : list.at(key))
            text += (text.empty() ? "" : ", ") + entry.at("name").get<std::string>();
        return text;
    };
    EXPECT_EQ(names("formats"), names_of(format_specs));
    EXPECT_EQ(names("encoders"), names_of(encoder_specs));
    EXPECT_EQ(names("profiles"), names_of(arithmetic_profiles));
    EXPECT_EQ(names("ops"), "decode, scale, encode, dot16, mma, gemm");
    const auto& columns = list.at("ops").at(3).at("columns");
    EXPECT_EQ(columns.size(), 6u);
    EXPECT_EQ(columns.at(0).at("digits"), 16);
    EXPECT_EQ(columns.at(5).at("checked"), true);
    EXPECT_EQ(list.at("formats").at(0).at("special_code"), nullptr);
    EXPECT_EQ(list.at("formats").at(1).at("special_code"), 8);
}

} // namespace
} // namespace fp4::vec
