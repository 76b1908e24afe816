// Results measured on GPUs, and what the reader makes of files that are not what they should be.
#include "silicon_file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "test_files.hpp"

namespace fp4::vec {
namespace {

struct Checked {
    std::string error; // empty: none
    SiliconCounts counts;
    std::vector<std::string> mismatches;
};

Checked check(const std::filesystem::path& path, uint64_t limit = 3,
              const Arithmetic& fp4_profile = nv_blackwell) {
    Checked checked;
    const auto counts = check_silicon_file(
        path.string(),
        {[&](const SiliconMismatch& mismatch) { checked.mismatches.push_back(describe(mismatch)); },
         limit, fp4_profile});
    if (counts)
        checked.counts = *counts;
    else
        checked.error = counts.error().message;
    return checked;
}

TEST(SiliconRows, AllAreReproduced) {
    const char* folder = std::getenv("FP4SIM_SILICON");
    if (!folder)
        GTEST_SKIP() << "the environment variable FP4SIM_SILICON, the folder of the measured rows, "
                        "is not set";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " was not found";
    uint64_t files = 0, rows = 0, passed = 0;
    for (const char* name : {"v100_fp16", "a100_fp16", "a100_bf16", "a100_tf32", "ada_fp16",
                             "ada_bf16", "ada_tf32", "ada_e4m3", "ada_e5m2", "h100_fp16",
                             "h100_bf16", "h100_tf32", "h100_e4m3", "h100_e5m2"}) {
        const auto checked = check(std::filesystem::path(folder) / (std::string(name) + ".txt.gz"));
        EXPECT_EQ(checked.error, "");
        EXPECT_EQ(checked.counts.failed, 0u) << name;
        EXPECT_EQ(checked.mismatches, std::vector<std::string>{});
        ++files;
        rows += checked.counts.rows;
        passed += checked.counts.passed;
    }
    EXPECT_EQ(files, 14u);
    EXPECT_EQ(rows, 70000u);
    EXPECT_EQ(passed, 110000u);
}

// 1 * 1 + 2 in the profiles of a GPU: with four products each.
constexpr std::string_view header =
    "# gpu=V100 format=fp16 k=4 digits=4 rows=1 columns=a,b,c,d32,d16\n";
constexpr std::string_view row = "3c00000000000000 3c00000000000000 40000000 40400000 4200\n";

class SiliconFile : public testing::Test {
  protected:
    std::string join(std::initializer_list<std::string_view> parts) const {
        std::string text;
        for (auto part : parts) text += part;
        return text;
    }
    Checked check_text(std::string_view text, uint64_t limit = 3) const {
        return check(folder.write("rows.txt", text), limit);
    }
    // The error without the path before it.
    std::string error_of(std::string_view text) const {
        const auto checked = check_text(text);
        const std::string path = (folder / "rows.txt").string();
        EXPECT_EQ(checked.error.substr(0, path.size()), path) << "no error";
        for (const char c : checked.error) EXPECT_TRUE(c >= ' ' && c <= '~') << checked.error;
        return checked.error.size() > path.size() ? checked.error.substr(path.size()) : "";
    }
    std::string error_of_header(std::string_view from, std::string_view to) const {
        std::string text(header);
        text.replace(text.find(from), from.size(), to);
        return error_of(text + std::string(row));
    }
    std::string error_of_row(std::string_view text) const {
        return error_of(join({header, text, "\n"}));
    }

    std::string gzip(std::string_view text) const {
        const std::string path = (folder / "packed").string();
        gzFile file = gzopen(path.c_str(), "wb9");
        EXPECT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
                  static_cast<int>(text.size()));
        gzclose(file);
        return test::read_file(path);
    }

    test::TempDir folder;
};

TEST_F(SiliconFile, PlainAndGzipAreTheSame) {
    const std::string text = join({header, "# a second header line\n", row});
    for (const auto& bytes : {text, gzip(text), text.substr(0, text.size() - 1)}) {
        const auto checked = check_text(bytes);
        EXPECT_EQ(checked.error, "");
        EXPECT_EQ(checked.counts.rows, 1u);
        EXPECT_EQ(checked.counts.passed, 2u);
        EXPECT_EQ(checked.counts.failed, 0u);
    }
}

TEST_F(SiliconFile, MismatchesAreDescribedUpToTheLimit) {
    std::string text = "# gpu=V100 format=fp16 k=4 digits=4 rows=3 columns=a,b,c,d32,d16\n";
    for (const char* results : {"40400001 4200", "40400000 c200", "7fffffff 7FFF"})
        text += "3c00000000000000 3c00000000000000 40000000 " + std::string(results) + "\n";
    const auto checked = check_text(text);
    const std::string path = (folder / "rows.txt").string();
    EXPECT_EQ(checked.error, "");
    EXPECT_EQ(checked.counts.passed, 2u);
    EXPECT_EQ(checked.counts.failed, 4u);
    EXPECT_EQ(
        checked.mismatches,
        (std::vector<std::string>{path + ":2: v100-fp16-f32: expected 40400001, found 40400000",
                                  path + ":3: v100-fp16-f16: expected c200, found 4200",
                                  path + ":4: v100-fp16-f32: expected 7fffffff, found 40400000"}));
    EXPECT_EQ(check_text(text, 0).mismatches.size(), 0u);
    EXPECT_EQ(check_text(text, 0).counts.failed, 4u);
}

TEST_F(SiliconFile, ADashIsNotChecked) {
    for (const auto& [results, passed] :
         std::map<std::string, uint64_t>{{"- 4200", 1}, {"40400000 -", 1}, {"- -", 0}}) {
        const auto checked = check_text(
            join({header, "3c00000000000000 3c00000000000000 40000000 ", results, "\n"}));
        EXPECT_EQ(checked.error, "");
        EXPECT_EQ(checked.counts.passed, passed);
        EXPECT_EQ(checked.counts.failed, 0u);
    }
}

// 1 * 1 + 2; for FP8 C is 2 + 2^-22, which tells the paths apart.
TEST_F(SiliconFile, EveryGpuHasItsProfile) {
    const std::string a = "38" + std::string(62, '0');
    struct Case {
        std::string head, row;
    };
    const std::string a8 = "3c00" + std::string(28, '0'), a16 = "3c00" + std::string(60, '0');
    const std::string bf = "3f80" + std::string(28, '0'), bf16 = "3f80" + std::string(60, '0'),
                      tf = "1fc00" + std::string(15, '0');
    const auto rows = [](const std::string& ab, const std::string& rest) {
        return ab + " " + ab + " " + rest;
    };
    const std::vector<Case> cases{
        {"gpu=A100 format=fp16 k=8 digits=4", rows(a8, "40000000 40400000 4200")},
        {"gpu=A2 format=fp16 k=8 digits=4", rows(a8, "40000000 40400000 4200")},
        {"gpu=Ada format=bf16 k=8 digits=4", rows(bf, "40000000 40400000 -")},
        {"gpu=L40S format=tf32 k=4 digits=5", rows(tf, "40000000 40400000 -")},
        {"gpu=H100 format=fp16 k=16 digits=4", rows(a16, "40000000 40400000 4200")},
        {"gpu=H200 format=tf32 k=4 digits=5", rows(tf, "40000000 40400000 -")},
        {"gpu=B200 format=bf16 k=16 digits=4", rows(bf16, "40000000 40400000 -")},
        {"gpu=B200 format=tf32 k=4 digits=5", rows(tf, "40000000 40400000 -")},
        // FP8 of Ada and L40S: C is cut with the products.
        {"gpu=Ada format=e4m3 k=32 digits=2", rows(a, "40000001 40400000 4200")},
        {"gpu=L40S format=e4m3 k=32 digits=2", rows(a, "40000001 40400000 4200")},
        // Of Hopper: no C in the binary32 result.
        {"gpu=H100 format=e4m3 k=32 digits=2", rows(a, "40000001 3f800000 4200")},
        {"gpu=H200 format=e4m3 k=32 digits=2", rows(a, "40000001 3f800000 4200")},
        // Of B200: all of C in both.
        {"gpu=B200 format=e4m3 k=32 digits=2", rows(a, "40000001 40400001 4200")},
    };
    for (const auto& [head, text] : cases) {
        const auto checked =
            check_text("# " + head + " rows=1 columns=a,b,c,d32,d16\n" + text + "\n");
        EXPECT_EQ(checked.error, "") << head;
        EXPECT_EQ(checked.counts.passed, text.ends_with('-') ? 1u : 2u) << head;
        EXPECT_EQ(checked.mismatches, std::vector<std::string>{}) << head;
    }
}

// Rows of NVFP4, of any GPU: a term of zero products beside one that is worth 2^-20.
TEST_F(SiliconFile, BlockScaledRowsUnderAProfile) {
    const std::string zeros(64, '0'), one = zeros.substr(0, 16) + "1" + zeros.substr(17);
    const std::string head =
        "# gpu=RTX5090 format=nvfp4 k=64 digits=1 rows=1 columns=a,b,sfa,sfb,c,d32\n";
    const std::string operands = one + " 7" + one.substr(1) + " 7e010000 7e010000 00000000 ";
    for (const auto& [bits, newer, older] :
         {std::tuple{"35800000", 1u, 0u}, std::tuple{"00000000", 0u, 1u}}) {
        const auto path = folder.write("rows.txt", head + operands + bits + "\n");
        for (const auto& [profile, passed] :
             {std::pair{&nv_blackwell, newer}, std::pair{&nv_blackwell_1, older}}) {
            const auto checked = check(path, 3, *profile);
            EXPECT_EQ(checked.error, "");
            EXPECT_EQ(checked.counts.rows, 1u);
            EXPECT_EQ(checked.counts.passed, passed) << bits << " " << profile->name;
            EXPECT_EQ(checked.counts.failed, 1 - passed) << bits << " " << profile->name;
        }
    }
    EXPECT_EQ(check_text(head + operands + "00000001\n").mismatches,
              std::vector<std::string>{(folder / "rows.txt").string() +
                                       ":2: nv-blackwell: expected 00000001, found 35800000"});
    EXPECT_EQ(error_of(head + operands + "- -\n"),
              ":2: expected 6 columns a,b,sfa,sfb,c,d32 split by one space, found 7");
    EXPECT_EQ(error_of(head + operands + "-\n"),
              ":2: column d32: expected 8 hexadecimal digits, found 1 characters");
    EXPECT_EQ(error_of(head + one + " " + one + " 7e0100 7e010000 00000000 00000000\n"),
              ":2: column sfa: expected 8 hexadecimal digits, found 6 characters");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text = head;
        text.replace(text.find(from), from.size(), to);
        return error_of(text + operands + "00000000\n");
    };
    EXPECT_EQ(with("k=64", "k=40"), ":1: k: expected a multiple of 16, at most 4096, found '40'");
    EXPECT_EQ(with("digits=1", "digits=2"), ":1: digits: expected 1, found '2'");
    EXPECT_EQ(with("a,b,sfa,sfb,c,d32", "a,b,c,d32,d16"),
              ":1: columns: expected a,b,sfa,sfb,c,d32, found 'a,b,c,d32,d16'");
}

TEST_F(SiliconFile, HeaderErrors) {
    EXPECT_EQ(error_of(""),
              ":1: expected a header line that begins with '#', found the end of the file");
    EXPECT_EQ(error_of(row).substr(0, 53), ":1: expected a header line that begins with '#', foun");
    EXPECT_EQ(error_of("#\n"), ":1: expected columns= in the header, found none");
    EXPECT_EQ(
        error_of_header("V100", "Turing"),
        ":1: gpu: expected one of V100, A100, Ada, H100, B200, A2, L40S, H200, found 'Turing'");
    EXPECT_EQ(error_of_header("V100", "v100").substr(0, 28), ":1: gpu: expected one of V10");
    EXPECT_EQ(error_of_header("gpu=V100 ", ""), ":1: expected gpu= in the header, found none");
    EXPECT_EQ(error_of_header("gpu=V100 ", "gpu=V100 gpu=A100 "),
              ":1: expected gpu= once, found it again");
    EXPECT_EQ(error_of_header("fp16", "fp8"),
              ":1: format: expected fp16, bf16, tf32, e4m3, e5m2 or nvfp4, found 'fp8'");
    EXPECT_EQ(error_of_header("fp16", "bf16"),
              ":1: format: expected one that V100 was measured with, found 'bf16'");
    for (const char* k : {"k=0", "k=3", "k=-4", "k=4x", "k=4100", "k=99999999999999999999"})
        EXPECT_EQ(error_of_header("k=4", k),
                  std::string(":1: k: expected a multiple of 4, at most 4096, found '") + (k + 2) +
                      "'");
    EXPECT_EQ(error_of_header("digits=4", "digits=5"), ":1: digits: expected 4, found '5'");
    for (const char* rows : {"rows=0", "rows=-1", "rows=1e3", "rows=99999999999999999999"})
        EXPECT_EQ(error_of_header("rows=1", rows),
                  std::string(":1: rows: expected 1 to 1000000000000, found '") + (rows + 5) + "'");
    EXPECT_EQ(error_of_header("d32,d16", "d32"),
              ":1: columns: expected a,b,c,d32,d16, found 'a,b,c,d32'");
}

TEST_F(SiliconFile, RowErrors) {
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 40000000 40400000"),
              ":2: expected 5 columns a,b,c,d32,d16 split by one space, found 4");
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 40000000 40400000 4200 0"),
              ":2: expected 5 columns a,b,c,d32,d16 split by one space, found 6");
    EXPECT_EQ(error_of_row("3c00000000000000  3c00000000000000 40000000 40400000 4200"),
              ":2: expected 5 columns a,b,c,d32,d16 split by one space, found 6");
    EXPECT_EQ(error_of_row(""), ":2: expected 5 columns a,b,c,d32,d16 split by one space, found 1");
    EXPECT_EQ(error_of_row("3c0000000000000 3c00000000000000 40000000 40400000 4200"),
              ":2: column a: expected 16 hexadecimal digits, found 15 characters");
    EXPECT_EQ(error_of_row("3c00000000000000 3c0000000000000g 40000000 40400000 4200"),
              ":2: column b: expected 16 hexadecimal digits, found '3c0000000000000g'");
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 - 40400000 4200"),
              ":2: column c: expected 8 hexadecimal digits, found 1 characters");
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 40000000 0x400000 4200"),
              ":2: column d32: expected 8 hexadecimal digits, found '0x400000'");
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 40000000 40400000 4200\r"),
              ":2: column d16: expected 4 hexadecimal digits, found 5 characters");
    EXPECT_EQ(error_of_row("3c00000000000000 3c00000000000000 40000000 40400000 --"),
              ":2: column d16: expected 4 hexadecimal digits, found 2 characters");
    EXPECT_EQ(error_of("# gpu=A100 format=bf16 k=8 digits=4 rows=1 columns=a,b,c,d32,d16\n" +
                       std::string(32, '0') + " " + std::string(32, '0') +
                       " 00000000 00000000 0000\n"),
              ":2: column d16: expected '-' for this format, found '0000'");
    EXPECT_EQ(error_of("# gpu=A100 format=tf32 k=4 digits=5 rows=1 columns=a,b,c,d32,d16\n" +
                       std::string(20, '0') + " 0000080000" + std::string(10, '0') +
                       " 00000000 00000000 -\n"),
              ":2: element 1 of B: expected 19 bits of tf32, found the code 524288");
}

TEST_F(SiliconFile, TheRowsAreCounted) {
    EXPECT_EQ(error_of(header), ":2: expected 1 rows, found the end of the file after 0");
    EXPECT_EQ(error_of(join({header, row, row})),
              ":3: expected the end of the file after 1 rows, found another line");
    EXPECT_EQ(error_of(join({header, row, header})),
              ":3: expected the end of the file after 1 rows, found another line");
    EXPECT_EQ(error_of(join({header, row, "\n"})),
              ":3: expected the end of the file after 1 rows, found another line");
    EXPECT_EQ(
        error_of(join({"# gpu=V100 format=fp16 k=4 digits=4 rows=2 columns=a,b,c,d32,d16\n", row})),
        ":3: expected 2 rows, found the end of the file after 1");
}

TEST_F(SiliconFile, HostileBytes) {
    EXPECT_EQ(error_of(std::string(1 << 20, '#')),
              ":1: expected at most 4096 characters in this line, found more");
    EXPECT_EQ(error_of(join({header, std::string(1 << 20, '0')})),
              ":2: expected at most 4096 characters in this line, found more");
    EXPECT_EQ(error_of(gzip(join({header, std::string(1 << 26, '0')}))),
              ":2: expected at most 4096 characters in this line, found more");
    std::string many(header);
    for (int i = 0; i < 2000; ++i) many += "#\n";
    EXPECT_EQ(error_of(many), ":1001: expected at most 1000 header lines, found more");
    EXPECT_EQ(error_of(std::string_view("\0\0\0\n", 4)),
              ":1: expected a header line that begins with '#', found '???"
              "'");
    EXPECT_EQ(error_of_header("V100", std::string_view("V1\0\x1B", 4)),
              ":1: gpu: expected one of V100, A100, Ada, H100, B200, A2, L40S, H200, found 'V1??"
              "'");
    std::string zero(row);
    zero[3] = '\0';
    EXPECT_EQ(error_of(join({header, zero})),
              ":2: column a: expected 16 hexadecimal digits, found '3c0?000000000000'");
    std::string garbage;
    for (uint32_t i = 0; i < 100000; ++i) garbage += static_cast<char>(i * i * 31 + i / 7);
    EXPECT_NE(error_of(garbage), "");
    EXPECT_NE(error_of("#" + garbage), "");
    EXPECT_NE(error_of("\x1F\x8B" + garbage), ""); // gzip's magic number
    EXPECT_NE(error_of(std::string(header) + garbage), "");
}

TEST_F(SiliconFile, DamagedGzip) {
    std::string text = "# gpu=V100 format=fp16 k=4 digits=4 rows=5000 columns=a,b,c,d32,d16\n";
    for (int i = 0; i < 5000; ++i) text += row;
    const std::string packed = gzip(text);
    ASSERT_EQ(check_text(packed).counts.passed, 10000u);
    for (size_t bytes = 3; bytes < packed.size(); bytes += 1 + packed.size() / 50)
        EXPECT_NE(error_of(packed.substr(0, bytes)), "") << bytes;
    EXPECT_NE(error_of(packed.substr(0, packed.size() - 1))
                  .find("expected more gzip data, found the end of the file"),
              std::string::npos);
    std::string flipped = packed;
    flipped[packed.size() - 6] ^= 1; // in the checksum
    EXPECT_NE(error_of(flipped).find("expected gzip data"), std::string::npos);
}

TEST_F(SiliconFile, NoFile) {
    EXPECT_EQ(check(folder / "none").error,
              (folder / "none").string() + ": No such file or directory");
    EXPECT_NE(check(folder.path()).error, "");
    EXPECT_EQ(check(folder / "no\nne").error,
              (folder / "no?ne").string() + ": No such file or directory");
}

} // namespace
} // namespace fp4::vec
