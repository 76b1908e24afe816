// One engine runs many ops: each gets what it gets alone, in a process of its own.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "run_program.hpp"
#include "test_traces.hpp"

namespace fp4::test {
namespace {

using nlohmann::json;

// Without what depends on the clock of the host.
json deterministic(json op) {
    for (const char* key : {"wall_s", "golden_s", "macs_per_s"}) op.erase(key);
    return op;
}

struct Outputs {
    json op;
    std::string d, out;
};

class OpSequence : public testing::TestWithParam<std::tuple<const char*, const char*>> {
  protected:
    std::vector<Outputs> run(const TemporaryFolder& folder, const std::string& ops) {
        const auto [engine, c] = GetParam();
        std::vector<std::string> words{"--trace",      folder / "t.safetensors",
                                       "--engine",     engine,
                                       "--c",          c,
                                       "--config",     "small",
                                       "--quiet",      "--out",
                                       folder / "out", "--dump-ops",
                                       folder / "ops"};
        if (!ops.empty()) words.insert(words.end(), {"--ops", ops});
        const auto run = simrun(words);
        EXPECT_EQ(run.status, 0) << run.err;
        std::vector<Outputs> outputs;
        const json stats = json::parse(read_file(folder / "out/stats.json"));
        for (const auto& op : stats["ops"]) {
            const std::string stem = folder / "ops/00" + std::to_string(outputs.size());
            outputs.push_back(
                {deterministic(op), read_file(stem + ".d"), read_file(stem + ".out")});
        }
        return outputs;
    }
};

TEST_P(OpSequence, EachOpGivesWhatAFreshProcessGives) {
    const TemporaryFolder folder;
    auto trace = random_trace(31, Format::razer_w, Format::razer_a,
                              {{"layers.0.q", 5, 9, 80},
                               {"layers.0.k", 1, 1, 16},
                               {"layers.3.down", 13, 22, 192},
                               {"v", 4, 8, 48}});
    trace.ops.push_back(trace.ops[0]); // again, behind others
    trace.ops.back().name = "again";
    ASSERT_TRUE(traces::write_trace(folder / "t.safetensors", trace));
    const auto together = run(folder, "");
    ASSERT_EQ(together.size(), trace.ops.size());
    for (size_t i = 0; i < trace.ops.size(); ++i) {
        const auto alone = run(folder, trace.ops[i].name);
        ASSERT_EQ(alone.size(), 1u);
        EXPECT_EQ(together[i].op, alone[0].op);
        EXPECT_EQ(together[i].d, alone[0].d);
        EXPECT_EQ(together[i].out, alone[0].out);
        EXPECT_EQ(together[i].d.size(), trace.ops[i].m() * trace.ops[i].n() * 4);
    }
}

INSTANTIATE_TEST_SUITE_P(Engines, OpSequence,
                         testing::Combine(testing::Values("rtl", "golden"),
                                          testing::Values("zero", "random")));

} // namespace
} // namespace fp4::test
