// simrun with a core that fails in a known way: exit status 1, the fault named and placed, and a
// tile that reproduces it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "run_program.hpp"

namespace fp4::test {
namespace {

ProgramResult run_defective(const char* defect, std::vector<std::string> arguments) {
    setenv("FP4_DEFECT", defect, 1);
    arguments.insert(arguments.end(),
                     {"--config", "small", "--quiet", "--core-folder", FP4_DEFECTIVE_CORES});
    return simrun(arguments);
}

// Two rows of activations: tiles lie side by side, tile 5 has columns 20 to 23.
const std::vector<std::string> two_rows{"--ops", "k,v", "--tokens", "2"};

std::vector<std::string> with_out(const TemporaryFolder& folder) {
    auto arguments = two_rows;
    arguments.insert(arguments.end(), {"--out", folder / "out"});
    return arguments;
}

TEST(DefectiveCore, WithoutDefectPasses) {
    const auto run = run_defective("", two_rows);
    EXPECT_EQ(run.status, 0) << run.err;
}

TEST(DefectiveCore, WrongOutput) {
    const TemporaryFolder folder;
    const auto run = run_defective("d", with_out(folder));
    EXPECT_EQ(run.status, 1);
    EXPECT_TRUE(run.err.starts_with("mismatch: op k tile 5 (row tile 0, column tile 5) row 0 col 1 "
                                    "(output [0, 21]): D rtl 0x"))
        << run.err;
    EXPECT_EQ(run.err_lines(), 16u) << run.err; // eight of each op
    const std::string tile = folder / "out/mismatch.safetensors";
    EXPECT_EQ(run_defective("", {"--trace", tile}).status, 0);
    EXPECT_NE(read_file(folder / "out/junit.xml").find("failures=\"2\""), std::string::npos);
}

TEST(DefectiveCore, WrongTag) {
    const auto run = run_defective("tag", two_rows);
    EXPECT_EQ(run.status, 1);
    EXPECT_TRUE(run.err.starts_with("mismatch: op k tile 5 (row tile 0, column tile 5) row 0 col 0 "
                                    "(output [0, 20]): tag rtl 4, golden 5\n"))
        << run.err;
}

// The op that hangs is the last.
TEST(DefectiveCore, Hang) {
    const TemporaryFolder folder;
    const auto run = run_defective("hang", with_out(folder));
    EXPECT_EQ(run.status, 1);
    EXPECT_EQ(run.err, "mismatch: op k tile 5: the core neither took nor gave anything for 10000 "
                       "cycles\n");
    const auto stats = read_file(folder / "out/stats.json");
    EXPECT_NE(stats.find("\"outputs_checked\": 40,"), std::string::npos) << stats;
    EXPECT_EQ(stats.find("\"op\": \"v\""), std::string::npos);
}

} // namespace
} // namespace fp4::test
