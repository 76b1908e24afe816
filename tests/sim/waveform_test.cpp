// --fst: a waveform of the window asked for, whole or not at all.
#include <gtest/gtest.h>

#include "run_program.hpp"
#include "test_traces.hpp"

namespace fp4::test {
namespace {

class Waveform : public testing::Test {
#ifdef FP4_NO_FST
  protected:
    void SetUp() override { GTEST_SKIP() << "built without waveform cores (FP4_FST)"; }
#endif
};

TEST_F(Waveform, RecordsTheWindow) {
    const TemporaryFolder folder;
    const auto record = [&](const std::string& name, const std::string& cycles) {
        const auto run = simrun({"--ops", "k", "--tokens", "2", "--config", "small", "--quiet",
                                 "--fst", folder / name, "--fst-window", "k:3:" + cycles});
        EXPECT_EQ(run.status, 0) << run.err;
        return std::filesystem::file_size(folder / name);
    };
    const auto small = record("small.fst", "20"), large = record("large.fst", "400");
    EXPECT_GT(small, 100u);
    EXPECT_GT(large, small + 1000);
    EXPECT_EQ(folder.entries(), (std::vector<std::string>{"large.fst", "small.fst"}));
}

// Whatever ops come before and after it, a window records its own op and no more.
TEST_F(Waveform, RecordsOneOpAmongOthers) {
    const TemporaryFolder folder;
    auto trace = random_trace(12, Format::razer_w, Format::razer_a,
                              {{"layers.0.q", 5, 9, 80}, {"layers.3.down", 13, 22, 192}});
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors", trace));
    const auto record = [&](const std::string& window, const std::string& ops) {
        const auto run =
            simrun({"--trace", folder / "t.safetensors", "--config", "small", "--quiet", "--fst",
                    folder / "w.fst", "--fst-window", window, "--ops", ops});
        EXPECT_EQ(run.status, 0) << run.err;
        return std::filesystem::file_size(folder / "w.fst");
    };
    const auto all = "layers.0.q,layers.3.down";
    EXPECT_GT(record("layers.3.down:7:200", all), record("layers.3.down:7:50", all));
    // Longer than the op.
    EXPECT_EQ(record("layers.0.q:0:100000", all), record("layers.0.q:0:100000", "layers.0.q"));
}

TEST_F(Waveform, CannotBeWritten) {
    const TemporaryFolder folder;
    folder.write("file", "");
    const auto run = simrun(
        {"--ops", "k", "--tokens", "1", "--config", "small", "--fst", folder / "file/w.fst"});
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find("file/w.fst"), std::string::npos);
}

} // namespace
} // namespace fp4::test
