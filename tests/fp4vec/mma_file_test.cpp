// Files with SECTION and TILE lines: a peer model's vectors where they are present, and hand-made
// ones.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lines.hpp"
#include "test_files.hpp"

namespace fp4::vec {
namespace {

using namespace test;

const std::string zeros(64, '0');
// One product 1 * 1 at k = 0 under scales of 1, C = 1.
const std::string nvfp4_line = "anything 2" + zeros.substr(1) + " 2" + zeros.substr(1) +
                               " 38383838 38383838 3f800000 40000000\n";
const std::string mxfp4_line =
    "mx 2" + zeros.substr(1) + " 2" + zeros.substr(1) + " 7f7f 7f7f 3f800000 40000000\n";

CheckResult check_mma(const std::string& text) { return check_text(default_config(Op::mma), text); }

// Reads one of the peer models' files; skips where it is not there.
class MmaFile : public testing::Test {
  protected:
    void read(const char* name) {
        const char* folder = std::getenv("FP4SIM_VECTORS");
        if (!folder)
            GTEST_SKIP()
                << "the environment variable FP4SIM_VECTORS, the folder of the vectors, is not set";
        const auto path = std::string(folder) + "/" + name;
        if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " was not found";
        text = fp4::test::read_file(path);
    }
    CheckResult check_under(const Arithmetic& profile, const std::string& lines) {
        VectorConfig config = default_config(Op::mma);
        config.profile = &profile;
        return check_text(config, lines);
    }
    std::string text;
};

TEST_F(MmaFile, AllOfTheNewerModelPasses) {
    read("nvfp4_mma_2.txt");
    if (IsSkipped()) return;
    const auto result = check_under(nv_blackwell, text);
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.passed, 600u + 300u);
    EXPECT_EQ(result.failed, 0u) << result.reports;
}

TEST_F(MmaFile, AllOfTheOlderModelPasses) {
    read("nvfp4_mma.txt");
    if (IsSkipped()) return;
    const auto result = check_under(nv_blackwell_1, text);
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.passed, 473u + 103u + 144u);
    EXPECT_EQ(result.failed, 0u) << result.reports;
}

// The last digit of every line in turn: a D, or the scale of a tile's operand.
TEST_F(MmaFile, EveryChangedLineIsFound) {
    read("nvfp4_mma.txt");
    if (IsSkipped()) return;
    uint64_t changed = 0;
    for (size_t begin = text.find("SECTION"), end; begin < text.size(); begin = end + 1) {
        end = text.find('\n', begin);
        const std::string_view line(text.data() + begin, end - begin);
        const bool value = line.starts_with("TILE") && line.find(" D ") != std::string_view::npos;
        if (line.starts_with("SECTION") || line.starts_with("#") ||
            (line.starts_with("TILE") && !value))
            continue;
        if (line.starts_with("TILE") && std::stoi(std::string(line.substr(9))) % 2 == 0)
            continue;                               // C of even rows is not given
        if (++changed % 8 != 0 && !value) continue; // every eighth is enough
        std::string mutant = text;
        mutant[end - 1] = mutant[end - 1] == '0' ? '1' : '0';
        const auto result = check_under(nv_blackwell_1, mutant);
        EXPECT_EQ(result.failed, 1u) << line;
        EXPECT_EQ(result.passed, 719u);
    }
    EXPECT_EQ(changed, 473u + 103u + 24u);
}

TEST(MmaLines, SectionsSetTheFormat) {
    EXPECT_EQ(check_mma(nvfp4_line).passed, 1u);
    EXPECT_EQ(check_mma("SECTION MXFP4 1\n" + mxfp4_line + "SECTION NVFP4 1\n" + nvfp4_line).passed,
              2u);
    const auto mxfp4 = config_of(Op::mma, "mxfp4");
    EXPECT_EQ(check_text(mxfp4, mxfp4_line).passed, 1u);
    EXPECT_EQ(check_text(mxfp4, "SECTION NVFP4 9\n" + nvfp4_line, {"fmt"}).passed, 1u)
        << "whatever was asked for";
    EXPECT_EQ(check_mma(mxfp4_line).error,
              "line 1: column sfa: expected 8 hexadecimal digits, found '7f7f'");
    EXPECT_EQ(check_mma("SECTION RAZER-A 1\n" + nvfp4_line).passed, 1u);
}

TEST(MmaLines, OtherLinesAreErrors) {
    EXPECT_EQ(check_mma("SECTION OTHER 1\n").error,
              "line 1: SECTION: expected TILES or the name of a format, found 'OTHER'");
    EXPECT_EQ(check_mma("SECTION NVFP4\n").error,
              "line 1: expected SECTION name lines, found 2 words");
    EXPECT_EQ(check_mma("SECTION NVFP4 many\n").error,
              "line 1: expected SECTION name lines, found 3 words");
    EXPECT_EQ(check_mma("SECTION TILES 1\n" + nvfp4_line).error,
              "line 2: expected a TILE line in SECTION TILES, found 'anything'");
    EXPECT_EQ(check_mma("tag 0 0 0 0 0\n").error,
              "line 1: expected 7 columns (tag a b sfa sfb c expected), found 6");
    EXPECT_EQ(check_mma("surprise\n").error,
              "line 1: expected 7 columns (tag a b sfa sfb c expected), found 1");
}

const std::string ones = "2" + zeros.substr(1);
const std::string eight_ones =
    " 3f800000 3f800000 3f800000 3f800000 3f800000 3f800000 3f800000 3f800000\n";
const std::string tile_a = "TILE 0 A 3 " + ones + " 38383838\n",
                  tile_b = "TILE 0 B 7 " + ones + " 38383838\n", tile_c = "TILE 0 C 3" + eight_ones;

std::string padded(std::string line) { // "0" as a value is eight digits
    for (size_t at; (at = line.find(" 0 0")) != std::string::npos;)
        line.replace(at, 2, " 00000000");
    line.replace(line.find(" 0 4"), 2, " 00000000");
    return line;
}

TEST(TileLines, AnOutputCountsWhenItsPartsAreThere) {
    const std::string d = padded("TILE 0 D 3 0 0 0 0 0 0 0 40000000\n");
    EXPECT_EQ(check_mma(tile_a + tile_b + tile_c + d).passed, 1u);
    EXPECT_EQ(check_mma(d + tile_c + tile_b + tile_a).passed, 1u) << "in any order";
    for (const std::string& some : {tile_b + tile_c + d, tile_a + tile_c + d, tile_a + tile_b + d,
                                    tile_a + tile_b + tile_c}) {
        const auto result = check_mma(some);
        EXPECT_EQ(result.error, "");
        EXPECT_EQ(result.passed + result.failed, 0u);
    }
    const auto wrong = check_mma(tile_a + tile_b + tile_c + d.substr(0, d.size() - 2) + "1\n");
    EXPECT_EQ(wrong.failed, 1u);
    EXPECT_EQ(wrong.reports.substr(0, wrong.reports.find('\n')),
              "TILE 0 row 3 column 7: expected 40000000 = 2, found 40000001 = 2.00000024");
    EXPECT_EQ(
        check_mma(tile_a + tile_b + tile_c + d + "SECTION TILES 4\n" + tile_a + tile_b + tile_c + d)
            .passed,
        2u);
}

TEST(TileLines, OtherLinesAreErrors) {
    const auto error = [](const std::string& line) { return check_mma(line + "\n").error; };
    EXPECT_EQ(error("TILE 0 A"), "line 1: expected TILE t A|B|C|D row ..., found 3 words");
    EXPECT_EQ(error("TILE 1024 A 0 x y"),
              "line 1: tile: expected a number up to 1023, found '1024'");
    EXPECT_EQ(error("TILE -1 A 0 x y"), "line 1: tile: expected a number up to 1023, found '-1'");
    EXPECT_EQ(error("TILE 0 E 0 x y"), "line 1: part of a tile: expected A, B, C or D, found 'E'");
    EXPECT_EQ(error("TILE 0 A 16 x y"), "line 1: row: expected a number up to 15, found '16'");
    EXPECT_EQ(error("TILE 0 B 8 x y"), "line 1: column: expected a number up to 7, found '8'");
    EXPECT_EQ(error("TILE 0 B 7 x"), "line 1: expected 6 words, found 5");
    EXPECT_EQ(error("TILE 0 C 7 x y"), "line 1: expected 12 words, found 6");
    EXPECT_EQ(error("TILE 0 A 0 x y"), "line 1: codes: expected 64 hexadecimal digits, found 'x'");
    EXPECT_EQ(error("TILE 0 A 0 " + zeros + " 7f7f"),
              "line 1: scales: expected 8 hexadecimal digits, found '7f7f'");
    EXPECT_EQ(error("TILE 0 C 0 0 0 0 0 0 0 0 0"),
              "line 1: value: expected 8 hexadecimal digits, found '0'");
    EXPECT_EQ(check_mma(tile_a + tile_b + tile_a).error,
              "line 3: row: expected each line of a tile once, found '3'");
}

} // namespace
} // namespace fp4::vec
