#include "fp4/quant/quantizers/fold.hpp"

#include <gtest/gtest.h>

#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

using test::Random;

const DecoderConfig config{.dims = {.hidden_size = 64,
                                    .intermediate_size = 96,
                                    .num_hidden_layers = 1,
                                    .num_attention_heads = 4,
                                    .num_key_value_heads = 2,
                                    .head_dim = 16},
                           .max_position_embeddings = 16};

Tensor bf16_values(const Tensor& x) { return x.to(torch::kBFloat16).to(torch::kFloat32); }

LayerWeights random_layer(Random& random) {
    LayerWeights weights;
    weights.input_layernorm = bf16_values(random.normal({64}) * 0.2 + 1);
    weights.post_attention_layernorm = bf16_values(random.normal({64}) * 0.2 + 1);
    const auto linear = [&](int64_t out, int64_t in) {
        return bf16_values(random.normal({out, in}) * 0.1);
    };
    weights.linears = {linear(64, 64), linear(32, 64), linear(32, 64), linear(64, 64),
                       linear(96, 64), linear(96, 64), linear(64, 96)};
    return weights;
}

Tensor output(const Tensor& x, const LayerWeights& weights) {
    return decoder_layer(x, weights, config, rope_table(config, x.size(1)),
                         [&](LinearGroup group, const Tensor& input) {
                             return apply_linears(weights, group, input);
                         });
}

int64_t inputs_of(LinearGroup group) { return group == LinearGroup::down ? 96 : 64; }

TEST(Fold, PowersOfTwoLeaveEveryBit) {
    Random random(40);
    const Tensor x = random.normal({2, 12, 64});
    for (const LinearGroup group : linear_groups) {
        const LayerWeights before = random_layer(random);
        LayerWeights after = before;
        const Tensor factors = torch::exp2(random.integers(-6, 7, {inputs_of(group)}));
        fold(after, config, group, factors);
        EXPECT_TRUE(torch::equal(output(x, after), output(x, before))) << name_of(group);
        for (const LinearOp op : members(group)) {
            const Tensor expected =
                before[op] *
                (group == LinearGroup::o ? shared_by_kv_group(factors, config) : factors);
            EXPECT_TRUE(torch::equal(after[op], expected)) << name_of(op);
        }
    }
}

TEST(Fold, BiasesOfVAndUpAreDividedWithTheirRows) {
    Random random(45);
    const Tensor x = random.normal({2, 12, 64});
    for (const LinearGroup group : linear_groups) {
        LayerWeights before = random_layer(random);
        for (const LinearOp op : linear_ops)
            before.bias(op) = bf16_values(random.normal({before[op].size(0)}));
        LayerWeights after = before;
        fold(after, config, group, torch::exp2(random.integers(-6, 7, {inputs_of(group)})));
        EXPECT_TRUE(torch::equal(output(x, after), output(x, before))) << name_of(group);
        for (const LinearOp op : linear_ops)
            EXPECT_EQ(torch::equal(after.bias(op), before.bias(op)),
                      !(group == LinearGroup::o && op == LinearOp::v) &&
                          !(group == LinearGroup::down && op == LinearOp::up))
                << name_of(op);
        LayerWeights other = before;
        const Tensor factors = torch::exp(random.normal({inputs_of(group)}));
        fold(other, config, group, factors);
        if (group == LinearGroup::down) {
            EXPECT_TRUE(torch::equal(other.bias(LinearOp::up),
                                     bf16_values(before.bias(LinearOp::up) / factors)));
        }
    }
}

// Any factors: what is left is the rounding of binary32 products, some 2^-23 of sums of some
// hundred terms.
TEST(Fold, TheFunctionStays) {
    Random random(41);
    const Tensor x = random.normal({2, 12, 64});
    for (const LinearGroup group : linear_groups) {
        const LayerWeights before = random_layer(random);
        LayerWeights after = before;
        fold(after, config, group, torch::exp(random.normal({inputs_of(group)})));
        const Tensor expected = output(x, before);
        EXPECT_LT((output(x, after) - expected).abs().max().item<float>(),
                  1e-5 * expected.abs().max().item<float>())
            << name_of(group);
        for (const LinearOp op : members(group))
            EXPECT_FALSE(torch::equal(after[op], before[op])) << name_of(op);
    }
}

TEST(Fold, NormGainsStayBfloat16) {
    Random random(42);
    for (const LinearGroup group : {LinearGroup::qkv, LinearGroup::gate_up}) {
        const LayerWeights before = random_layer(random);
        LayerWeights after = before;
        const Tensor factors = torch::exp(random.normal({64}));
        fold(after, config, group, factors);
        const auto norm = [&](const LayerWeights& w) {
            return group == LinearGroup::qkv ? w.input_layernorm : w.post_attention_layernorm;
        };
        EXPECT_TRUE(torch::equal(norm(after), bf16_values(norm(before) / factors)));
        EXPECT_FALSE(torch::equal(norm(after), norm(before) / factors));
    }
}

TEST(Fold, ChannelsWithoutGainOrOutOfRangeAreLeftAlone) {
    Random random(43);
    const LayerWeights before = [&] {
        LayerWeights weights = random_layer(random);
        weights.input_layernorm[3] = 0;
        return weights;
    }();
    LayerWeights after = before;
    Tensor factors = torch::full({64}, 2.0f);
    factors[7] = 1e-39f; // the gain would be infinite
    fold(after, config, LinearGroup::qkv, factors);
    for (const int64_t channel : {3, 7}) {
        EXPECT_EQ(after.input_layernorm[channel].item<float>(),
                  before.input_layernorm[channel].item<float>());
        EXPECT_TRUE(torch::equal(after[LinearOp::k].select(1, channel),
                                 before[LinearOp::k].select(1, channel)));
    }
    EXPECT_TRUE(
        torch::equal(after[LinearOp::k].select(1, 0), before[LinearOp::k].select(1, 0) * 2));
}

// Heads 0 and 1 read key/value head 0, heads 2 and 3 read 1.
TEST(SharedByKvGroup, TheLargestOfTheHeadsOfAGroup) {
    Random random(44);
    const Tensor factors = torch::exp(random.normal({64})),
                 shared = shared_by_kv_group(factors, config);
    ASSERT_EQ(shared.sizes(), factors.sizes());
    for (int64_t i = 0; i < 64; ++i) {
        const int64_t other = i / 16 % 2 ? i - 16 : i + 16;
        EXPECT_EQ(shared[i].item<float>(),
                  std::max(factors[i].item<float>(), factors[other].item<float>()))
            << i;
    }
    EXPECT_TRUE(torch::equal(shared_by_kv_group(shared, config), shared));
}

} // namespace
} // namespace fp4::quant
