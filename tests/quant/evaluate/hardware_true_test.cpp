// What is evaluated hardware-true is what the simulator computes: ref-llama's first layer, its real
// weights and captured activations.
#include "fp4/quant/evaluate/hardware_true.hpp"

#include <gtest/gtest.h>

#include "child_process.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "fp4/traces/make_trace.hpp"
#include "ref_llama.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t tokens = 16;

Tensor captured_input(LinearGroup group, uint64_t k) {
    const auto input = RefLlama::get().activations.input(0, group, k);
    EXPECT_TRUE(input);
    return torch::tensor(input->values).view({1, tokens, static_cast<int64_t>(k)});
}

std::vector<uint32_t> bits_of(const Tensor& tensor) {
    const auto flat = tensor.contiguous();
    const auto* words = static_cast<const uint32_t*>(flat.data_ptr());
    return {words, words + flat.numel()};
}

std::vector<uint32_t> expected_bits(const traces::TraceOp& op, const Arithmetic& arithmetic) {
    const auto raw = gemm_reference(op.a, op.b, {}, arithmetic);
    std::vector<uint32_t> out;
    for (const Fp32 d : *raw)
        out.push_back(epilogue(d, op.a.tensor_scale, op.b.tensor_scale, OutputType::f32));
    return out;
}

traces::Trace trace_of(const char* method) {
    const auto* named = method_from_name(method);
    const auto trace =
        traces::make_plain_trace(RefLlama::get().checkpoint, &RefLlama::get().activations,
                                 {.weights = OperandFormat{named->weights.format},
                                  .activations = OperandFormat{named->activations.format},
                                  .tokens = tokens,
                                  .layers = {0}});
    EXPECT_TRUE(trace) << trace.error().message;
    return *trace;
}

class HardwareTrue : public testing::TestWithParam<std::pair<const char*, const Arithmetic*>> {};

TEST_P(HardwareTrue, IsTheTraceBitForBit) {
    const auto& [method, arithmetic] = GetParam();
    const auto scheme = scheme_of(*method_from_name(method), Acts::w4a4);
    const auto layer = first_layer(scheme);
    const auto model = hardware_true(layer, scheme, *arithmetic);
    ASSERT_TRUE(model) << model.error().message;
    const auto trace = trace_of(method);
    size_t op = 0;
    for (const LinearGroup group : linear_groups) {
        const auto outputs = model->linears(group, captured_input(group, trace.ops[op].k()));
        for (size_t i = 0; i < members(group).size(); ++i, ++op) {
            const auto& packed = *layer->linears[static_cast<size_t>(members(group)[i])];
            EXPECT_EQ(packed.codes, trace.ops[op].b.codes) << trace.ops[op].name;
            EXPECT_EQ(packed.scales, trace.ops[op].b.scales) << trace.ops[op].name;
            EXPECT_EQ(packed.tensor_scale.bits, trace.ops[op].b.tensor_scale.bits)
                << trace.ops[op].name;
            EXPECT_EQ(bits_of(outputs[i]), expected_bits(trace.ops[op], *arithmetic))
                << trace.ops[op].name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Methods, HardwareTrue,
                         testing::Values(std::pair{"razer", &exact},
                                         std::pair{"razer", &nv_blackwell},
                                         std::pair{"rtn", &nv_blackwell},
                                         std::pair{"rtn", &fp32_seq}, std::pair{"rtn", &f13}));

TEST(HardwareTrueEvaluation, NeedsBothSides) {
    const auto scheme = scheme_of(*method_from_name("rtn"), Acts::w4a16);
    EXPECT_FALSE(hardware_true(std::make_shared<QuantizedLayer>(), scheme, exact));
}

// A scale for each token: its outputs are those of the token alone.
TEST(HardwareTrueEvaluation, ScalesOfTokensAreScalesOfRows) {
    auto scheme = scheme_of(*method_from_name("razer"), Acts::w4a4);
    const auto layer = first_layer(scheme);
    scheme.activation_scale = ActivationScale::token;
    const auto model = hardware_true(layer, scheme, nv_blackwell);
    ASSERT_TRUE(model) << model.error().message;
    const auto input = captured_input(LinearGroup::down, 768);
    const auto all = model->linears(LinearGroup::down, input)[0];
    scheme.activation_scale = ActivationScale::call;
    const auto one_call = *hardware_true(layer, scheme, nv_blackwell);
    for (int64_t token = 0; token < tokens; ++token)
        EXPECT_EQ(bits_of(all.narrow(1, token, 1)),
                  bits_of(one_call.linears(LinearGroup::down, input.narrow(1, token, 1))[0]))
            << token;
}

// Fake-quantized products differ from the exact sum by float32 rounding alone; thirteen kept bits
// differ by far more.
TEST(FakeQuantized, IsNearTheExactSumAndFarFromANarrowOne) {
    const auto scheme = scheme_of(*method_from_name("rtn"), Acts::w4a4);
    const auto layer = first_layer(scheme);
    const auto input = captured_input(LinearGroup::down, 768);
    const auto wanted = hardware_true(layer, scheme, exact)->linears(LinearGroup::down, input)[0];
    const auto error = [&](const LayerModel& model) {
        return (model.linears(LinearGroup::down, input)[0] - wanted).abs().max().item<double>() /
               wanted.square().mean().sqrt().item<double>();
    };
    EXPECT_LT(error(*fake_quantized(layer, scheme)), 1e-5);
    EXPECT_GT(error(*hardware_true(layer, scheme, f13)), 1e-4);
}

#ifdef FP4_SIMRUN
// The program itself, through the RTL.
TEST(HardwareTrueSimulation, SimrunGivesTheSameBytes) {
    const test::TemporaryFolder out;
    const auto run =
        test::run_program(FP4_SIMRUN, {"--trace", "ref-llama-layer0", "--profile", "nv-blackwell",
                                       "--quiet", "--dump-outputs", out.path()});
    ASSERT_EQ(run.status, 0) << run.err;
    const auto file = io::SafetensorsFile::open(out.path() / "outputs.safetensors");
    ASSERT_TRUE(file) << file.error().message;
    const auto scheme = scheme_of(*method_from_name("razer"), Acts::w4a4);
    const auto model = hardware_true(first_layer(scheme), scheme, nv_blackwell);
    for (const LinearGroup group : linear_groups) {
        const auto outputs =
            model->linears(group, captured_input(group, group == LinearGroup::down ? 768 : 256));
        for (size_t i = 0; i < outputs.size(); ++i) {
            const auto* info = file->find(std::string(name_of(members(group)[i])) + ".out");
            ASSERT_TRUE(info);
            std::vector<uint32_t> simulated(info->byte_size() / 4);
            ASSERT_TRUE(file->read(*info, std::as_writable_bytes(std::span(simulated))));
            EXPECT_EQ(simulated, bits_of(outputs[i])) << name_of(members(group)[i]);
        }
    }
}
#endif

} // namespace
} // namespace fp4::quant
