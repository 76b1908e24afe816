// Dot products of a peer model, one output element per line, for every profile that the file names.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fp4/arithmetic/dot_add.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using test::hex;

struct FileProfile {
    const char* name; // in dot_profiles
    size_t lines;
    size_t k;
};
const std::map<std::string, FileProfile> file_profiles{
    {"volta_f16", {"v100-fp16-f32", 18, 4}},
    {"turing_f16", {"turing-fp16-f32", 18, 8}},
    {"ampere_f16_k16", {"a100-fp16-f32", 18, 16}},
    {"ampere_bf16_k16", {"a100-bf16-f32", 18, 16}},
    {"ampere_f16out_k16", {"a100-fp16-f16", 18, 16}},
    {"ada_e4m3_k32", {"ada-e4m3-f32", 18, 32}},
    {"hopper_wgmma_f16", {"h100-fp16-f32", 18, 16}},
    {"hopper_wgmma_bf16", {"h100-bf16-f32", 18, 16}},
    {"hopper_wgmma_e4m3", {"h100-wgmma-e4m3-f32", 36, 32}},
    {"hopper_wgmma_e5m2", {"h100-wgmma-e5m2-f32", 18, 32}},
    {"hopper_wgmma_e4m3_f16out", {"h100-wgmma-e4m3-f16", 18, 32}},
    {"blackwell_tc5_f16", {"b200-fp16-f32", 18, 16}},
    {"blackwell_tc5_bf16", {"b200-bf16-f32", 18, 16}},
    {"blackwell_tc5_e4m3", {"b200-tcgen05-e4m3-f32", 36, 32}},
    {"rtxbw_e4m3", {"sm120-mma-e4m3-f32", 18, 32}},
    {"mxfp8_e4m3", {"blackwell-mxf8-e4m3-f32", 36, 32}},
};

struct Line {
    std::string profile;
    std::vector<uint32_t> a, b;
    std::vector<uint8_t> a_scales, b_scales;
    bool half;
    uint32_t c, d;
};

uint32_t bits_of(const std::string& digits) {
    return static_cast<uint32_t>(std::stoul(digits, nullptr, 16));
}

std::vector<uint32_t> codes_of(const std::string& digits, size_t per_code) {
    std::vector<uint32_t> codes;
    for (size_t i = 0; i < digits.size(); i += per_code)
        codes.push_back(bits_of(digits.substr(i, per_code)));
    return codes;
}

std::vector<Line> read_lines(std::istream& file, std::string& error) {
    std::vector<Line> lines;
    for (std::string text; std::getline(file, text);) {
        if (text.empty() || text[0] == '#') continue;
        std::istringstream stream(text);
        std::vector<std::string> words;
        for (std::string word; stream >> word;) words.push_back(word);
        const bool scaled = words[0] == "mxfp8_e4m3";
        if (!file_profiles.contains(words[0]) || words.size() != (scaled ? 8u : 5u) ||
            (scaled && words[5] != "SF") || words[1].size() != words[2].size() ||
            words[3].size() != words[4].size()) {
            error = "unknown line: " + text;
            return {};
        }
        const size_t per_code = words[1].size() / file_profiles.at(words[0]).k;
        Line line{words[0],
                  codes_of(words[1], per_code),
                  codes_of(words[2], per_code),
                  {},
                  {},
                  words[3].size() == 4,
                  bits_of(words[3]),
                  bits_of(words[4])};
        if (scaled) {
            line.a_scales = {static_cast<uint8_t>(bits_of(words[6]))};
            line.b_scales = {static_cast<uint8_t>(bits_of(words[7]))};
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

uint32_t result_of(const DotProfile& profile, const Line& line) {
    const DotOperands operands{line.a, line.b, line.a_scales, line.b_scales};
    const auto d = line.half ? dot_add(profile, operands, Fp16{static_cast<uint16_t>(line.c)})
                             : dot_add(profile, operands, Fp32{line.c});
    EXPECT_TRUE(d) << d.error().message;
    return d ? *d : 0xDEAD;
}

class DotVectors : public testing::Test {
  protected:
    void SetUp() override {
        const char* folder = std::getenv("FP4SIM_VECTORS");
        if (!folder)
            GTEST_SKIP()
                << "the environment variable FP4SIM_VECTORS, the folder of the vectors, is not set";
        const std::string path = std::string(folder) + "/other_mma.txt";
        std::ifstream file(path);
        if (!file) GTEST_SKIP() << path << " was not found";
        std::string error;
        lines = read_lines(file, error);
        ASSERT_EQ(error, "");
    }
    std::vector<Line> lines;
};

TEST_F(DotVectors, EveryLine) {
    std::map<std::string, size_t> checked, expected;
    for (const auto& [name, profile] : file_profiles) expected[name] = profile.lines;
    for (const Line& line : lines) {
        const DotProfile* profile = dot_profile_from_name(file_profiles.at(line.profile).name);
        ASSERT_NE(profile, nullptr) << line.profile;
        EXPECT_EQ(hex(result_of(*profile, line)), hex(line.d))
            << line.profile << " line " << checked[line.profile];
        ++checked[line.profile];
    }
    EXPECT_EQ(checked, expected);
    EXPECT_EQ(lines.size(), 342u);
}

// The lines tell F from its neighbors, but for a few profiles; there the hand-made sums of
// dot_add_test do.
TEST_F(DotVectors, TellFFromItsNeighbors) {
    std::map<std::string, int> changed;
    for (const Line& line : lines)
        for (int step : {-1, 1}) {
            DotProfile neighbor = *dot_profile_from_name(file_profiles.at(line.profile).name);
            neighbor.fraction_bits += step;
            changed[line.profile + (step < 0 ? " F-1" : " F+1")] +=
                result_of(neighbor, line) != line.d;
        }
    EXPECT_EQ(changed.size(), 2 * file_profiles.size());
    std::set<std::string> blind;
    for (const auto& [name, count] : changed)
        if (count == 0) blind.insert(name);
    EXPECT_EQ(blind, (std::set<std::string>{"ampere_f16out_k16 F-1", "ampere_f16out_k16 F+1",
                                            "blackwell_tc5_bf16 F-1", "blackwell_tc5_bf16 F+1",
                                            "hopper_wgmma_e4m3_f16out F+1", "mxfp8_e4m3 F+1",
                                            "rtxbw_e4m3 F+1"}));
}

TEST(DotVectorsReader, AnUnknownLineIsAnError) {
    for (const char* text :
         {"surprise 0 0 0 0\n", "volta_f16 0000 0000 0\n", "mxfp8_e4m3 00 00 00000000 00000000\n",
          "volta_f16 00000000 0000 00000000 00000000\n"}) {
        std::istringstream file(text);
        std::string error;
        read_lines(file, error);
        EXPECT_NE(error, "") << text;
    }
}

} // namespace
} // namespace fp4
