// Whole models against the plain decoder.
#include "fp4/quant/model/causal_lm.hpp"

#include "random_models.hpp"

namespace fp4::quant {
namespace {

const std::vector<std::vector<size_t>> sequences{{3, 28, 0, 7, 7, 12, 19, 1, 5, 23, 14, 2},
                                                 {1, 1, 2, 27, 9, 9, 4, 0, 26, 3, 18, 11}};

Tensor tokens() {
    std::vector<int64_t> all;
    for (const auto& sequence : sequences) all.insert(all.end(), sequence.begin(), sequence.end());
    return torch::tensor(all, torch::kLong).view({2, -1});
}

TEST(CausalLm, LogitsEqualThePlainDecoders) {
    for (const auto& shape : test::model_shapes)
        for (const auto type : {torch::kFloat, torch::kDouble}) {
            const auto model = test::random_model(shape, 11, type);
            const auto out = logits(model, hidden_states(model, tokens()));
            EXPECT_EQ(out.sizes(), (std::vector<int64_t>{2, 12, 29}));
            EXPECT_EQ(out.scalar_type(), type);
            for (size_t b = 0; b < 2; ++b)
                EXPECT_LT(
                    test::deviation(out[static_cast<int64_t>(b)],
                                    plain::logits(test::plain_of(model), sequences[b]).values),
                    test::rounding_bound(type))
                    << shape.name;
        }
}

TEST(CausalLm, LayersUseTheLinearsTheyAreGiven) {
    const auto model = test::random_model(test::model_shapes[0], 12);
    auto doubled = model; // v of layer 1, twice
    doubled.layers[1][LinearOp::v] = 2 * model.layers[1][LinearOp::v];
    const LayerLinears linears = [&](size_t layer) -> GroupFunction {
        return [&, layer](LinearGroup group, const Tensor& input) {
            auto outputs = apply_linears(model.layers[layer], group, input);
            if (layer == 1 && group == LinearGroup::qkv) outputs[2] = 2 * outputs[2];
            return outputs;
        };
    };
    const auto wanted = hidden_states(doubled, tokens());
    EXPECT_TRUE(torch::equal(hidden_states(model, tokens(), linears),
                             wanted)); // a factor of two rounds nothing
    EXPECT_FALSE(torch::equal(hidden_states(model, tokens()), wanted));
}

TEST(CausalLm, OrderAndNamesOfLinears) {
    std::string all;
    for (const auto group : linear_groups)
        for (const auto op : members(group))
            all += std::string(name_of(group)) + ":" + std::string(name_of(op)) + " ";
    EXPECT_EQ(all, "qkv:q qkv:k qkv:v o:o gate_up:gate gate_up:up down:down ");
}

} // namespace
} // namespace fp4::quant
