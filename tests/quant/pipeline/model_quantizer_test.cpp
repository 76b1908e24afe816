// Small models through every quantizer of the table that does not train.
#include "fp4/quant/pipeline/model_quantizer.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

CausalLm model_of(uint64_t hidden, uint64_t intermediate, uint64_t head_dim) {
    return fp4::test::random_model(
        {"Small", hidden, intermediate, 2, 4, 2, head_dim, false, false, true}, 7, torch::kFloat);
}

Result<ModelQuantizer> quantizer_of(const NamedMethod& row, const CausalLm& model,
                                    Acts acts = Acts::w4a4) {
    test::Random random(9);
    return ModelQuantizer::make(row.make(scheme_of(row, acts), {}, no_progress()), model,
                                std::make_shared<ModelLayers>(model),
                                test::some_tokens(random, 8, 20));
}

// Of each group the largest block that divides its K, for weights and inputs alike: the layer
// computes nearly what it did.
TEST(ModelQuantizer, TransformsEachGroupInItsLargestBlocks) {
    const auto model = model_of(64, 96, 12); // K of 64, 48, 64 and 96
    auto quantizer = quantizer_of(*method_from_name("mr-gptq"), model);
    ASSERT_TRUE(quantizer) << quantizer.error().message;
    const auto layer = quantizer->quantize_next();
    ASSERT_TRUE(layer) << layer.error().message;
    EXPECT_EQ(layer->hadamard, (std::array<int64_t, 4>{64, 16, 64, 32}));
    const auto scheme = quantizer->scheme();
    const auto quantized = fake_quantized(std::make_shared<const QuantizedLayer>(*layer), scheme);
    ASSERT_TRUE(quantized);
    test::Random random(10);
    for (const LinearGroup group : linear_groups) {
        const auto k = model.layers[0][members(group)[0]].size(1);
        const auto x = random.normal({1, 20, k});
        const auto wanted = apply_linears(model.layers[0], group, x),
                   found = quantized->linears(group, x);
        for (size_t i = 0; i < wanted.size(); ++i)
            EXPECT_LT((found[i] - wanted[i]).norm().item<float>(),
                      0.5 * wanted[i].norm().item<float>())
                << name_of(group);
    }
}

TEST(ModelQuantizer, RefusesAGroupThatNoBlockDividesBeforeWork) {
    const auto model = model_of(64, 40, 16);
    const auto quantizer = quantizer_of(*method_from_name("mr-gptq"), model);
    ASSERT_FALSE(quantizer);
    EXPECT_EQ(quantizer.error().code, ErrorCode::bad_argument);
    EXPECT_EQ(quantizer.error().message,
              "model.layers.0.mlp.down_proj.weight: expected K that 16, 32, 64 or 128 divides, for "
              "the block Hadamard transform, found K 40");
}

// The table's capabilities are what layers show.
class EveryQuantizer : public testing::TestWithParam<NamedMethod> {};

TEST_P(EveryQuantizer, FoldsAndTransformsAsItsRowSays) {
    const auto& row = GetParam();
    const auto model = model_of(64, 128, 16);
    for (const Acts acts : {Acts::w4a16, Acts::w4a4}) {
        auto quantizer = quantizer_of(row, model, acts);
        ASSERT_TRUE(quantizer) << quantizer.error().message;
        for (size_t i = 0; i < model.layers.size(); ++i) {
            const auto layer = quantizer->quantize_next();
            ASSERT_TRUE(layer) << layer.error().message;
            EXPECT_EQ(layer->transforms(), row.transforms);
            EXPECT_EQ(torch::equal(layer->plain.input_layernorm, model.layers[i].input_layernorm),
                      !row.folds);
            for (const LinearGroup group : linear_groups)
                EXPECT_EQ(layer->input_scale[static_cast<size_t>(group)].has_value(),
                          acts == Acts::w4a4);
            for (const auto& linear : layer->linears) {
                ASSERT_TRUE(linear);
                EXPECT_EQ(linear->format, row.weights.format);
            }
        }
    }
}

// Those that train are make_layers_test's.
std::vector<NamedMethod> untrained_methods() {
    std::vector<NamedMethod> out;
    std::ranges::copy_if(all_methods, std::back_inserter(out), std::logical_not{},
                         &NamedMethod::trains);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryQuantizer, testing::ValuesIn(untrained_methods()),
                         [](const auto& each) {
                             std::string name(each.param.name);
                             name += "_" + std::string(each.param.format);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

} // namespace
} // namespace fp4::quant
