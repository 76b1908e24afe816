// Block-scaled MMA results of two peer models, which disagree about zeros: one output element per
// line, and fragments of m16n8k64 tiles from the older.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using Words = std::vector<std::string>;

struct PeerFile {
    const char* name;
    const Arithmetic& profile;
    std::map<std::string, size_t> sections;
    std::set<std::string> nvfp4_tags, mxfp4_tags;
};

const PeerFile older{"nvfp4_mma.txt",
                     nv_blackwell_1,
                     {{"NVFP4", 473}, {"MXFP4", 103}, {"TILES", 126}},
                     {"uniform", "c_zero",     "typical",    "c_near",     "c_huge",
                      "c_tiny",  "c_sub",      "c_any",      "scale_mix",  "zero_blk",
                      "cancel",  "all_zero_a", "c_max",      "zero_scale", "sgn_zero",
                      "nan_c",   "nan_scale",  "sf_signbit", "max_pos",    "min_pos"},
                     {"mx_typ", "mx_any", "mx_low", "mx_nan"}};

const std::set<std::string> newer_tags{"uniform",        "c_any",        "c_small",
                                       "zero_scale",     "zero_group",   "zero_group+old",
                                       "zero_group+sum", "cancel_group", "cancel_group+sum"};
const PeerFile newer{
    "nvfp4_mma_2.txt", nv_blackwell, {{"NVFP4", 600}, {"MXFP4", 300}}, newer_tags, newer_tags};

// The lines of each section, split into words; an unknown line ends the reading with an error.
struct Vectors {
    std::map<std::string, size_t> announced;
    std::vector<Words> nvfp4, mxfp4, tiles;
    std::string error;
};

Vectors read_vectors(std::istream& file, const PeerFile& peer) {
    Vectors vectors;
    std::string line, section;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream text(line);
        Words words;
        for (std::string word; text >> word;) words.push_back(word);
        if (words[0] == "SECTION" && words.size() == 3) {
            section = words[1];
            vectors.announced[section] = std::stoul(words[2]);
        } else if (section == "NVFP4" && words.size() == 7 && peer.nvfp4_tags.contains(words[0])) {
            vectors.nvfp4.push_back(words);
        } else if (section == "MXFP4" && words.size() == 7 && peer.mxfp4_tags.contains(words[0])) {
            vectors.mxfp4.push_back(words);
        } else if (section == "TILES" && words[0] == "TILE" && words.size() >= 6) {
            vectors.tiles.push_back(words);
        } else {
            vectors.error = "line " + std::to_string(number) + " is unknown: " + line;
            return vectors;
        }
    }
    return vectors;
}

class MmaVectors : public testing::Test {
  protected:
    // Skips where the file is not there.
    void read(const PeerFile& peer) {
        const char* folder = std::getenv("FP4SIM_VECTORS");
        if (!folder)
            GTEST_SKIP()
                << "the environment variable FP4SIM_VECTORS, the folder of the vectors, is not set";
        const std::string path = std::string(folder) + "/" + peer.name;
        std::ifstream file(path);
        if (!file) GTEST_SKIP() << path << " was not found";
        vectors = read_vectors(file, peer);
        ASSERT_EQ(vectors.error, "") << path;
        ASSERT_EQ(vectors.announced, peer.sections);
    }
    Vectors vectors;
};

uint32_t parse_bits(const std::string& digits) {
    EXPECT_EQ(digits.size(), 8u) << digits;
    return static_cast<uint32_t>(std::stoul(digits, nullptr, 16));
}

// Row `row` of a tensor with K = 64. The file has one digit per code, k = 0 first; memory has k = 0
// in the low nibble.
void set_row(PackedTensor& tensor, uint64_t row, const std::string& codes,
             const std::string& scales) {
    const size_t blocks = tensor.scale_bytes_per_row();
    ASSERT_EQ(codes.size(), 64u);
    ASSERT_EQ(scales.size(), 2 * blocks);
    for (size_t i = 0; i < 32; ++i)
        tensor.codes[row * 32 + i] = static_cast<uint8_t>(
            std::stoul(std::string{codes[2 * i + 1], codes[2 * i]}, nullptr, 16));
    for (size_t i = 0; i < blocks; ++i)
        tensor.scales[row * blocks + i] =
            static_cast<uint8_t>(std::stoul(scales.substr(2 * i, 2), nullptr, 16));
}

PackedTensor empty_tensor(Format format, uint64_t rows) {
    PackedTensor tensor{format, {}, rows, 64, std::vector<uint8_t>(rows * 32), {}};
    tensor.scales.resize(rows * tensor.scale_bytes_per_row());
    return tensor;
}

// One line: its operands, C and D.
struct Line {
    PackedTensor a, b;
    uint32_t c, d;
};

Line line_of(Format format, const Words& words) {
    Line line{empty_tensor(format, 1), empty_tensor(format, 1), parse_bits(words[5]),
              parse_bits(words[6])};
    set_row(line.a, 0, words[1], words[3]);
    set_row(line.b, 0, words[2], words[4]);
    return line;
}

// Compares the D of every line, by both paths.
void check_lines(Format format, const std::vector<Words>& lines, size_t count,
                 const Arithmetic& profile) {
    size_t checked = 0;
    for (const Words& words : lines) {
        const Line line = line_of(format, words);
        EXPECT_EQ(test::hex(dot_reference(line.a, 0, line.b, 0, {line.c}, profile).bits),
                  test::hex(line.d))
            << words[0] << " line " << checked;
        const auto fast = gemm_fast(line.a, line.b, std::array{Fp32{line.c}}, profile);
        ASSERT_TRUE(fast);
        EXPECT_EQ(test::hex((*fast)[0].bits), test::hex(line.d)) << words[0] << " line " << checked;
        ++checked;
    }
    EXPECT_EQ(checked, count);
}

void check_file(const Vectors& vectors, const PeerFile& peer) {
    check_lines(Format::nvfp4, vectors.nvfp4, peer.sections.at("NVFP4"), peer.profile);
    check_lines(Format::mxfp4, vectors.mxfp4, peer.sections.at("MXFP4"), peer.profile);
}

TEST_F(MmaVectors, EveryLineOfTheOlderModel) {
    ASSERT_NO_FATAL_FAILURE(read(older));
    if (!IsSkipped()) check_file(vectors, older);
}

TEST_F(MmaVectors, EveryLineOfTheNewerModel) {
    ASSERT_NO_FATAL_FAILURE(read(newer));
    if (!IsSkipped()) check_file(vectors, newer);
}

// A line's tag says which other rule gives another D; no other line does.
TEST_F(MmaVectors, LinesThatTellTheRulesApartAreTagged) {
    ASSERT_NO_FATAL_FAILURE(read(newer));
    if (IsSkipped()) return;
    Arithmetic sums = nv_blackwell;
    sums.steps.zero_rule = ZeroRule::zero_sums;
    int tell_older = 0, tell_sums = 0;
    for (const auto& [format, lines] :
         {std::pair{Format::nvfp4, &vectors.nvfp4}, {Format::mxfp4, &vectors.mxfp4}})
        for (const Words& words : *lines) {
            const Line line = line_of(format, words);
            const auto differs = [&](const Arithmetic& profile) {
                return dot_reference(line.a, 0, line.b, 0, {line.c}, profile).bits != line.d;
            };
            const bool old = words[0].find("+old") != std::string::npos,
                       sum = words[0].find("+sum") != std::string::npos;
            EXPECT_EQ(differs(nv_blackwell_1), old) << words[0];
            EXPECT_EQ(differs(sums), sum) << words[0];
            tell_older += old, tell_sums += sum;
        }
    EXPECT_GT(tell_older, 50);
    EXPECT_GT(tell_sums, 100);
}

// An output is checked where its row of A, column of B and rows of C and D are given; the others
// are computed from zeros.
TEST_F(MmaVectors, EveryGivenTileOutput) {
    ASSERT_NO_FATAL_FAILURE(read(older));
    if (IsSkipped()) return;
    struct Tile {
        PackedTensor a = empty_tensor(Format::nvfp4, 16), b = empty_tensor(Format::nvfp4, 8);
        std::vector<Fp32> c = std::vector<Fp32>(128), d = std::vector<Fp32>(128);
        std::set<uint64_t> a_rows, b_rows, c_rows, d_rows;
    };
    std::array<Tile, 3> tiles;
    for (const Words& words : vectors.tiles) {
        Tile& tile = tiles.at(std::stoul(words[1]));
        const uint64_t row = std::stoul(words[3]);
        if (words[2] == "A" || words[2] == "B") {
            const bool is_a = words[2] == "A";
            ASSERT_EQ(words.size(), 6u);
            ASSERT_LT(row, is_a ? 16u : 8u);
            ASSERT_NO_FATAL_FAILURE(set_row(is_a ? tile.a : tile.b, row, words[4], words[5]));
            (is_a ? tile.a_rows : tile.b_rows).insert(row);
        } else {
            ASSERT_TRUE(words[2] == "C" || words[2] == "D") << words[2];
            ASSERT_EQ(words.size(), 12u);
            ASSERT_LT(row, 16u);
            for (size_t n = 0; n < 8; ++n)
                (words[2] == "C" ? tile.c : tile.d)[row * 8 + n].bits = parse_bits(words[4 + n]);
            (words[2] == "C" ? tile.c_rows : tile.d_rows).insert(row);
        }
    }
    int checked = 0;
    for (const Tile& tile : tiles) {
        const auto reference = gemm_reference(tile.a, tile.b, tile.c, older.profile),
                   fast = gemm_fast(tile.a, tile.b, tile.c, older.profile);
        ASSERT_TRUE(reference && fast);
        for (uint64_t m = 0; m < 16; ++m)
            for (uint64_t n = 0; n < 8; ++n) {
                if (!tile.a_rows.contains(m) || !tile.b_rows.contains(n) ||
                    !tile.c_rows.contains(m) || !tile.d_rows.contains(m))
                    continue;
                EXPECT_EQ(test::hex((*reference)[m * 8 + n].bits),
                          test::hex(tile.d[m * 8 + n].bits))
                    << "row " << m << " column " << n;
                EXPECT_EQ(test::hex((*fast)[m * 8 + n].bits), test::hex(tile.d[m * 8 + n].bits))
                    << "row " << m << " column " << n;
                ++checked;
            }
    }
    EXPECT_EQ(checked, 144);
}

TEST(MmaVectorsReader, AnUnknownLineIsAnError) {
    for (const char* text :
         {"SECTION NVFP4 1\nsurprise 0 0 0 0 0 0\n", "uniform 0 0 0 0 0 0\n",
          "SECTION NVFP4 1\nuniform 0 0 0 0 0\n", "SECTION OTHER 1\nuniform 0 0 0 0 0 0\n"}) {
        std::istringstream file(text);
        EXPECT_NE(read_vectors(file, older).error, "") << text;
    }
}

} // namespace
} // namespace fp4
