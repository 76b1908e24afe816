// A run that is stopped leaves what was there before, and nothing else.
#include <gtest/gtest.h>

#include <csignal>

#include "run_program.hpp"

namespace fp4::test {
namespace {

class Interrupt : public testing::TestWithParam<int> {};

TEST_P(Interrupt, LeavesNoHalfWrittenResult) {
    const TemporaryFolder folder;
    const auto earlier = simrun(
        {"--ops", "k", "--tokens", "1", "--config", "small", "--quiet", "--out", folder / "out"});
    ASSERT_EQ(earlier.status, 0) << earlier.err;
    const auto before = read_file(folder / "out/stats.json");
    // The whole layer takes seconds; the signal comes at different stages of it.
    for (int after_ms : {30, 400, 1500}) {
        const auto run = simrun_interrupted({"--tokens", "64", "--config", "small", "--quiet",
                                             "--out", folder / "out", "--dump-outputs",
                                             folder / "dump", "--dump-ops", folder / "ops"},
                                            GetParam(), after_ms);
        EXPECT_NE(run.status, 0);
        EXPECT_NE(run.status, 1);
        auto left = folder.entries();
        if (GetParam() == SIGKILL)
            std::erase_if(left, [](const std::string& name) {
                return name.find(".partial-") != name.npos;
            }); // nobody can tidy up after it
        EXPECT_EQ(left, std::vector<std::string>{"out"});
        EXPECT_EQ(read_file(folder / "out/stats.json"), before);
    }
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, testing::Values(SIGINT, SIGTERM, SIGKILL));

} // namespace
} // namespace fp4::test
