#include "fp4/quant/pipeline/observe_pairs.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/faar/input_moments.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

// Inputs taken from whole passes through both layers, their products in one piece.
TEST(ObservePairs, AreBothInputs) {
    const auto model = test::small_llama(3);
    const auto scheme = test::nvfp4_w4a4;
    const auto layer =
        std::make_shared<const QuantizedLayer>(test::rounded(model.layers[0], scheme));
    const auto plain = reference_layer(model.layers[0]), quantized = *fake_quantized(layer, scheme);
    test::Random random(5);
    const ResidualStream stream{random.normal({3, 6, 32}), random.normal({1, 6, 32})},
        other{stream[0] + 0.1 * random.normal({3, 6, 32}),
              stream[1] + 0.1 * random.normal({1, 6, 32})};
    const auto rope = rope_table(model.config, 6, torch::kFloat);
    for (const LinearGroup group : linear_groups) {
        const auto quantize = [&](const Tensor& x) {
            return fake_quantize(x, scheme, layer->input_scale[static_cast<size_t>(group)]);
        };
        InputMoments moments;
        const auto status =
            observe_pairs(group, {stream, plain}, {other, quantized}, quantize, model.config, rope,
                          [&](const Tensor& x, const Tensor& x_q) { moments.add(x, x_q); });
        ASSERT_TRUE(status) << status.error().message;
        const auto inputs = [&](const ResidualStream& from, const LayerModel& through) {
            std::vector<Tensor> rows;
            for (const auto& chunk : from)
                decoder_layer(chunk, through.weights, model.config, rope,
                              [&](LinearGroup each, const Tensor& input) {
                                  if (each == group) rows.push_back(input.flatten(0, -2));
                                  return through.linears(each, input);
                              });
            return torch::cat(rows);
        };
        const auto x = inputs(stream, plain).to(torch::kDouble),
                   x_q = quantize(inputs(other, quantized))->to(torch::kDouble);
        EXPECT_TRUE(torch::allclose(moments.plain, torch::mm(x.t(), x), 1e-4, 1e-4))
            << name_of(group);
        EXPECT_TRUE(torch::allclose(moments.cross, torch::mm(x_q.t(), x), 1e-4, 1e-4))
            << name_of(group);
        EXPECT_TRUE(torch::allclose(moments.quantized, torch::mm(x_q.t(), x_q), 1e-4, 1e-4))
            << name_of(group);
        EXPECT_FALSE(torch::allclose(moments.plain, moments.quantized, 1e-3, 1e-3))
            << name_of(group);
    }
}

TEST(ObservePairs, PassesOnWhatAQuantizerRefuses) {
    const auto model = test::small_llama(3);
    const auto plain = reference_layer(model.layers[0]);
    const ResidualStream stream{torch::ones({1, 4, 32})};
    const auto status = observe_pairs(
        LinearGroup::o, {stream, plain}, {stream, plain},
        [](const Tensor&) -> Result<Tensor> {
            return Error{ErrorCode::not_finite, "this"};
        },
        model.config, rope_table(model.config, 4, torch::kFloat),
        [](const Tensor&, const Tensor&) { FAIL() << "nothing to visit"; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message, "this");
}

} // namespace
} // namespace fp4::quant
