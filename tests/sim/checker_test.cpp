// What is made of an engine's outputs: engines with one defect each, every one of them found and
// placed, and one without.
#include <gtest/gtest.h>

#include "engine_table.hpp"
#include "run_ops.hpp"
#include "test_traces.hpp"

namespace fp4::sim {
namespace {

// Row and column tiles of 4 x 4 that are full and partial: 7 x 10 outputs in 2 x 3 tiles.
const std::vector<test::OpShape> shapes{{"first", 7, 10, 48}, {"second", 7, 10, 64}};
constexpr uint64_t m = 7, n = 10;

// golden behind an array of 4 x 4, with a defect in the op called `second`.
class DefectiveEngine final : public Engine {
  public:
    using Defect = std::function<void(EngineOutput&)>;
    DefectiveEngine(OutputType type, Defect defect)
        : golden_(*make_golden_engine({{}, *arithmetic_from_name("exact"), type})),
          defect_(std::move(defect)) {}

    std::string_view name() const override { return "defective"; }
    std::optional<CoreShape> array() const override { return CoreShape{4, 4}; }
    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks& hooks) override {
        ++runs_;
        auto output = golden_->run(op, c, hooks);
        if (op.name == "second") defect_(*output);
        return output;
    }
    int runs() const { return runs_; }

  private:
    std::unique_ptr<Engine> golden_;
    Defect defect_;
    int runs_ = 0;
};

traces::Trace wild_trace() {
    return test::random_trace(21, Format::razer_w, Format::razer_a, shapes);
}

// The results of both ops; the first has no defect.
Result<std::vector<OpResult>> run(const traces::Trace& trace, DefectiveEngine::Defect defect,
                                  OutputType type = OutputType::f32) {
    DefectiveEngine engine(type, std::move(defect));
    return run_ops(engine, {.trace = trace,
                            .arithmetic = *arithmetic_from_name("exact"),
                            .out_type = type,
                            .c = CInput({}, 0)});
}

CheckResult check_of_second(const traces::Trace& trace, DefectiveEngine::Defect defect,
                            OutputType type = OutputType::f32) {
    const auto results = run(trace, std::move(defect), type);
    EXPECT_TRUE(results) << results.error().message;
    EXPECT_EQ(results->size(), 2u);
    EXPECT_TRUE(results->front().passed());
    EXPECT_EQ(results->front().check.mismatches, 0u);
    EXPECT_EQ(results->back().passed(), results->back().check.mismatches == 0);
    return results->back().check;
}

TEST(Checker, PassesWhatIsRight) {
    const auto trace = wild_trace();
    for (const OutputType type : {OutputType::f32, OutputType::bf16, OutputType::f16}) {
        const auto check = check_of_second(
            trace, [](EngineOutput&) {}, type);
        EXPECT_EQ(check.mismatches, 0u);
        EXPECT_EQ(check.outputs_checked, m * n);
        EXPECT_TRUE(check.first_mismatches.empty());
    }
}

// Each single bit of each output, raw and scaled.
TEST(Checker, FindsEveryWrongBit) {
    const auto trace = wild_trace();
    for (uint64_t i = 0; i < m * n; ++i) {
        const uint32_t bit = uint32_t{1} << i % 32;
        const auto d = check_of_second(trace, [&](EngineOutput& o) { o.d[i].bits ^= bit; });
        ASSERT_EQ(d.mismatches, 1u) << i;
        EXPECT_EQ(d.first_mismatches[0].what, "D");
        const auto out = check_of_second(trace, [&](EngineOutput& o) { o.out[i] ^= bit; });
        ASSERT_EQ(out.mismatches, 1u) << i;
        EXPECT_EQ(out.first_mismatches[0].what, "out");
        for (const auto& mismatch : {d.first_mismatches[0], out.first_mismatches[0]}) {
            EXPECT_EQ(mismatch.m * n + mismatch.n, i);
            EXPECT_EQ(mismatch.row_tile * 4 + mismatch.row, mismatch.m);
            EXPECT_EQ(mismatch.col_tile * 4 + mismatch.col, mismatch.n);
            EXPECT_EQ(mismatch.tile, mismatch.col_tile * 2 + mismatch.row_tile);
            EXPECT_EQ(mismatch.got ^ mismatch.expected, bit);
        }
    }
}

TEST(Checker, WritesWhereAndWhat) {
    const auto trace = wild_trace();
    const auto line = [&](DefectiveEngine::Defect defect, OutputType type) {
        const auto check = check_of_second(trace, std::move(defect), type);
        return describe(check.first_mismatches.at(0), "layers.3.down", "rtl", type);
    };
    const std::string place =
        "op layers.3.down tile 3 (row tile 1, column tile 1) row 2 col 3 (output [6, 7]): ";
    const auto d = line([](EngineOutput& o) { o.d[67] = {0x3F800001}; }, OutputType::f32);
    EXPECT_TRUE(d.starts_with(place + "D rtl 0x3f800001 (1.00000012), golden 0x")) << d;
    const auto out = line([](EngineOutput& o) { o.out[67] = 0x7FC1; }, OutputType::bf16);
    EXPECT_TRUE(out.starts_with(place + "out rtl 0x7fc1, golden 0x")) << out;
    EXPECT_EQ(out.size(), (place + "out rtl 0x7fc1, golden 0x1234").size()) << out;
    EXPECT_EQ(line(
                  [](EngineOutput& o) {
                      o.wrong_tags = {{3, 2, 5}};
                  },
                  OutputType::f16),
              "op layers.3.down tile 3 (row tile 1, column tile 1) row 2 col 0 (output [6, 4]): "
              "tag rtl 5, golden 3");
}

TEST(Checker, FindsRowsOfOtherTiles) {
    const auto trace = wild_trace();
    // A row of outputs, a row of padding below the last output, and one out of order.
    const auto check = check_of_second(trace, [](EngineOutput& o) {
        o.wrong_tags = {{0, 1, 4}, {1, 3, 0}, {0, 2, 7}};
    });
    EXPECT_EQ(check.mismatches, 3u);
    ASSERT_EQ(check.first_mismatches.size(), 3u);
    for (const auto& mismatch : check.first_mismatches) EXPECT_EQ(mismatch.what, "tag");
    EXPECT_EQ(check.first_mismatches[0].got, 4u);
    EXPECT_EQ(check.first_mismatches[0].expected, 0u);
    EXPECT_EQ(check.first_mismatches[1].m, 7u);
}

// Tiles 0 and 2 with their places exchanged: both full, all of their outputs wrong.
TEST(Checker, FindsExchangedTiles) {
    const auto trace = wild_trace();
    const auto swap = [](auto& values) {
        for (uint64_t row = 0; row < 4; ++row)
            for (uint64_t col = 0; col < 4; ++col)
                std::swap(values[row * n + col], values[row * n + col + 4]);
    };
    uint64_t differing = 0;
    const auto check = check_of_second(trace, [&](EngineOutput& o) {
        const auto right = o.d;
        swap(o.d);
        swap(o.out);
        for (uint64_t i = 0; i < m * n; ++i) differing += o.d[i] != right[i];
    });
    EXPECT_GT(differing, 16u);
    EXPECT_EQ(check.mismatches, differing); // out says nothing new of an output whose D is wrong
    ASSERT_EQ(check.first_mismatches.size(), kept_mismatches);
    for (const auto& mismatch : check.first_mismatches) EXPECT_EQ(mismatch.tile, 0u);
}

TEST(Checker, ComparesWithTheTracesOwnOutputs) {
    auto trace = wild_trace();
    const auto right = run(trace, [](EngineOutput&) {});
    trace.ops[0].d = right->front().output.d;
    trace.ops[1].d = right->back().output.d;
    trace.ops[1].d[13].bits ^= 0x80000000;
    const auto check = check_of_second(trace, [](EngineOutput&) {});
    ASSERT_EQ(check.mismatches, 1u);
    EXPECT_EQ(check.first_mismatches[0].what, "trace D");
    EXPECT_EQ(check.first_mismatches[0].m, 1u);
    EXPECT_EQ(check.first_mismatches[0].n, 3u);

    // They hold for the trace's own C only.
    DefectiveEngine engine(OutputType::f32, [](EngineOutput&) {});
    const auto zero = run_ops(engine, {.trace = trace,
                                       .arithmetic = *arithmetic_from_name("exact"),
                                       .out_type = OutputType::f32,
                                       .c = CInput("zero", 0)});
    ASSERT_TRUE(zero);
    EXPECT_TRUE(zero->back().passed());
}

// What came before the hang is checked, what did not is not, and no op follows.
TEST(Checker, HungEngineFails) {
    auto trace = wild_trace();
    trace.ops.push_back(trace.ops[0]);
    trace.ops.back().name = "third";
    const auto hang = [](uint64_t outputs) {
        return [outputs](EngineOutput& o) {
            o.hang = "op second tile 2: stopped";
            o.outputs = outputs;
            o.out.clear();
            o.d[0].bits ^= 1;     // tile 0
            o.d[6 * n].bits ^= 1; // tile 1
            o.d[4].bits ^= 1;     // tile 2
        };
    };
    // Full tiles of 16 outputs, then three rows of four.
    for (const auto& [outputs, mismatches] :
         {std::pair{0u, 0u}, {1u, 1u}, {16u, 1u}, {24u, 1u}, {25u, 2u}, {28u, 2u}, {29u, 3u}}) {
        DefectiveEngine engine(OutputType::f32, hang(outputs));
        const auto results = run_ops(engine, {.trace = trace,
                                              .arithmetic = *arithmetic_from_name("exact"),
                                              .out_type = OutputType::f32,
                                              .c = CInput({}, 0)});
        ASSERT_TRUE(results);
        ASSERT_EQ(results->size(), 2u);
        EXPECT_EQ(engine.runs(), 2);
        EXPECT_FALSE(results->back().passed());
        EXPECT_EQ(results->back().check.outputs_checked, outputs);
        EXPECT_EQ(results->back().check.mismatches, mismatches) << outputs;
    }
}

// Without a word of a hang too, outputs that are missing are no pass.
TEST(Checker, MissingOutputsFail) {
    const auto trace = wild_trace();
    const auto fewer = run(trace, [](EngineOutput& o) { --o.outputs; });
    ASSERT_TRUE(fewer);
    EXPECT_EQ(fewer->back().check.mismatches, 0u);
    EXPECT_FALSE(fewer->back().passed());

    const auto no_d = run(trace, [](EngineOutput& o) { o.d.pop_back(); });
    ASSERT_FALSE(no_d);
    EXPECT_EQ(no_d.error().message,
              "op second: raw outputs: expected 70 from the engine, found 69");
    const auto more_out = run(trace, [](EngineOutput& o) { o.out.push_back(0); });
    ASSERT_FALSE(more_out);
    EXPECT_EQ(more_out.error().message,
              "op second: scaled outputs: expected 70 from the engine, found 71");
}

TEST(Checker, RefusesBeforeAnythingRuns) {
    auto trace = wild_trace();
    trace.ops[1].b.k = 48;
    DefectiveEngine engine(OutputType::f32, [](EngineOutput&) {});
    const auto status = prepare_ops(engine, trace, *arithmetic_from_name("exact"));
    ASSERT_FALSE(status);
    EXPECT_TRUE(status.error().message.starts_with("op second: ")) << status.error().message;
    EXPECT_EQ(engine.runs(), 0);
}

} // namespace
} // namespace fp4::sim
