// Trace files: what is written is read back, and parts of ops are ops.
#include "fp4/traces/trace.hpp"

#include <gtest/gtest.h>

#include "fp4/gemm/gemm.hpp"
#include "fp4/traces/slice.hpp"
#include "fp4/traces/synthetic.hpp"
#include "test_files.hpp"

namespace fp4::traces {
namespace {

TraceOp make_op(const std::string& name, uint64_t m, uint64_t n, uint64_t k, bool with_c) {
    TraceOp op{name,
               uniform_operand(1, name + "a", {Format::razer_a, {7, 16}}, m, k),
               uniform_operand(1, name + "b", {Format::razer_w, {7, 16}}, n, k),
               {},
               {}};
    if (with_c)
        for (uint32_t bits : synthetic_c_bits(1, name, m * n)) op.c.push_back({bits});
    return op;
}

Trace make_trace() {
    Trace trace{.model = "m\"odel",
                .layers = {3},
                .source = Source::checkpoint_synthetic_activations,
                .source_sha256 = "abc",
                .encoder = "razer-paper",
                .tokens = 5,
                .seed = UINT64_MAX,
                .other_metadata = {{"mine", "kept"}},
                .ops = {}};
    trace.ops = {make_op("up", 5, 7, 48, true), make_op("a-first", 2, 3, 16, false)};
    trace.ops[0].d = *gemm_reference(trace.ops[0].a, trace.ops[0].b, trace.ops[0].c, exact);
    return trace;
}

void expect_same(const PackedTensor& x, const PackedTensor& y) {
    EXPECT_EQ(x.format, y.format);
    EXPECT_EQ(x.specials, y.specials);
    EXPECT_EQ(x.rows, y.rows);
    EXPECT_EQ(x.k, y.k);
    EXPECT_EQ(x.codes, y.codes);
    EXPECT_EQ(x.scales, y.scales);
    EXPECT_TRUE(std::ranges::equal(x.outer_scales(), y.outer_scales()));
    EXPECT_EQ(x.row_scales.size(), y.row_scales.size());
}

void expect_read_back(const Trace& trace) {
    const test::TempDir folder;
    ASSERT_TRUE(write_trace(folder / "t.safetensors", trace));
    const auto read = read_trace(folder / "t.safetensors");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->model, trace.model);
    EXPECT_EQ(read->layers, trace.layers);
    EXPECT_EQ(read->source, trace.source);
    EXPECT_EQ(read->source_sha256, trace.source_sha256);
    EXPECT_EQ(read->encoder, trace.encoder);
    EXPECT_EQ(read->tokens, trace.tokens);
    EXPECT_EQ(read->seed, trace.seed);
    EXPECT_EQ(read->other_metadata, trace.other_metadata);
    ASSERT_EQ(read->ops.size(), trace.ops.size());
    for (size_t i = 0; i < trace.ops.size(); ++i) {
        EXPECT_EQ(read->ops[i].name, trace.ops[i].name); // the list's order, not the alphabet's
        expect_same(read->ops[i].a, trace.ops[i].a);
        expect_same(read->ops[i].b, trace.ops[i].b);
        EXPECT_EQ(read->ops[i].c, trace.ops[i].c);
        EXPECT_EQ(read->ops[i].d, trace.ops[i].d);
    }
    ASSERT_TRUE(write_trace(folder / "again.safetensors", *read));
    EXPECT_EQ(test::read_file(folder / "t.safetensors"),
              test::read_file(folder / "again.safetensors"));
}

TEST(TraceFile, IsReadBackAsWritten) { expect_read_back(make_trace()); }

std::vector<Fp32> scales_of_rows(uint64_t rows) {
    std::vector<Fp32> out;
    for (uint64_t i = 0; i < rows; ++i) out.push_back(Fp32::from_float(static_cast<float>(i + 2)));
    return out;
}

TEST(TraceFile, ScalesOfRowsAreReadBackAndSliced) {
    Trace trace = make_trace();
    trace.ops[0].a.row_scales = scales_of_rows(5);
    trace.ops[1].b.row_scales = scales_of_rows(3);
    expect_read_back(trace);
    const TraceOp part = slice_op(trace.ops[0], {1, 3}, {0, 7}, {});
    EXPECT_EQ(part.a.row_scales, (std::vector<Fp32>{trace.ops[0].a.row_scales.begin() + 1,
                                                    trace.ops[0].a.row_scales.begin() + 4}));
    EXPECT_TRUE(part.b.row_scales.empty());
}

// Every linear may have special values and formats of its own, and a trace several layers.
TEST(TraceFile, FormatsOfEveryOperandAreReadBack) {
    Trace trace = make_trace();
    trace.ops[1].b.specials.v2_halves = 18;
    expect_read_back(trace);
    trace.ops[0].a = uniform_operand(1, "n", {Format::nvfp4}, 5, 48);
    trace.ops[0].d.clear();
    expect_read_back(trace);
    trace.layers = {0, 3, 12};
    expect_read_back(trace);
}

// Files of one layer whose operands agree stay readable by earlier versions.
TEST(TraceFile, VersionFollowsWhatTheTraceHolds) {
    const test::TempDir folder;
    const auto version = [&](const Trace& trace) {
        EXPECT_TRUE(write_trace(folder / "v.safetensors", trace));
        return io::SafetensorsFile::open(folder / "v.safetensors")->metadata().at("fp4sim.trace");
    };
    Trace trace = make_trace();
    EXPECT_EQ(version(trace), "1");
    trace.layers = {0, 3};
    EXPECT_EQ(version(trace), "2");
    trace = make_trace();
    trace.ops[0].b.specials.v2_halves = 14;
    EXPECT_EQ(version(trace), "2");
}

TEST(SliceOp, GivesTheSamePartOfTheProduct) {
    const TraceOp whole = make_op("w", 9, 11, 80, true);
    const auto d = *gemm_reference(whole.a, whole.b, whole.c, nv_blackwell);
    const TraceOp part = slice_op(whole, {4, 4}, {8, 4}, whole.c); // cut at column 11
    ASSERT_EQ(part.m(), 4u);
    ASSERT_EQ(part.n(), 3u);
    const auto d_part = *gemm_reference(part.a, part.b, part.c, nv_blackwell);
    for (uint64_t m = 0; m < 4; ++m)
        for (uint64_t n = 0; n < 3; ++n) EXPECT_EQ(d_part[m * 3 + n], d[(4 + m) * 11 + 8 + n]);
}

} // namespace
} // namespace fp4::traces
