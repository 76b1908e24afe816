#include "fp4/quant/faar/backpropagate.hpp"

#include "fp4/quant/faar/soft_layer.hpp"

#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

using test::Random;

const DistillationOptions options{.kl_weight = 2, .hidden_weight = 0.5};

// A model in double whose weights are float32 values.
CausalLm in_double(const CausalLm& model) {
    CausalLm out = model;
    for (Tensor* each : {&out.embed_tokens, &out.lm_head, &out.norm})
        *each = each->to(torch::kDouble);
    for (auto& layer : out.layers) {
        for (Tensor* norm : {&layer.input_layernorm, &layer.post_attention_layernorm})
            *norm = norm->to(torch::kDouble);
        for (Tensor& linear : layer.linears) linear = linear.to(torch::kDouble);
    }
    return out;
}

struct Case {
    CausalLm model;
    std::vector<SoftLayer> layers;
    RopeTable rope;
    Tensor tokens;

    Case(const CausalLm& single, torch::ScalarType type, const Scheme& scheme)
        : model(type == torch::kDouble ? in_double(single) : single) {
        for (size_t i = 0; i < single.layers.size(); ++i) {
            auto start = test::rounded(single.layers[i], scheme);
            start.plain = model.layers[i];
            layers.push_back(
                *SoftLayer::make(single.layers[i], std::move(start), scheme, {.pull = 0.05}));
            for (size_t linear = 0; linear < SoftLayer::count; ++linear)
                layers[i].v(linear) = layers[i].v(linear).detach().to(type).requires_grad_(true);
        }
        Random random(6);
        tokens = test::some_tokens(random, 2, 7);
        rope = rope_table(model.config, 7, type);
    }

    Distillation run(bool recompute = false) const {
        const RunLayer layer = [&](size_t i, const Tensor& x) {
            return decoder_layer(x, layers[i].norms(), model.config, rope,
                                 layers[i].soft_linears(6));
        };
        return backpropagate(model, layer, tokens, options, recompute);
    }
};

double value(const Distillation& loss) {
    return options.kl_weight * loss.kl + options.hidden_weight * loss.hidden_mse;
}

// The whole model's loss by some roundings of every linear, against finite differences.
TEST(Backpropagate, HasTheGradientOfTheLoss) {
    Case each(test::small_llama(5), torch::kDouble, test::nvfp4_w4a16);
    each.run();
    std::vector<Tensor> gradients; // later passes add to those of the layers
    double largest = 0;
    for (auto& layer : each.layers)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            gradients.push_back(layer.v(linear).grad().clone().view(-1));
            largest = std::max(largest, gradients.back().abs().max().item<double>());
        }
    ASSERT_GT(largest, 0);
    auto gradient = gradients.begin();
    for (auto& layer : each.layers)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            auto flat = layer.v(linear).detach().view(-1);
            for (int64_t i = 3; i < flat.numel(); i += flat.numel() / 5) {
                const double at = flat[i].item<double>();
                const auto moved = [&](double by) {
                    flat[i] = at + by;
                    return value(each.run());
                };
                const double wanted = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                flat[i] = at;
                EXPECT_NEAR((*gradient)[i].item<double>(), wanted, 1e-6 * largest)
                    << linear << " " << i;
            }
            ++gradient;
        }
}

// The same bits whether activations are kept or computed again, quantized inputs or not.
TEST(Backpropagate, IsTheSameWhenLayersAreRecomputed) {
    for (const auto& scheme : {test::nvfp4_w4a16, test::nvfp4_w4a4, test::razer_w4a4}) {
        Case kept(test::small_llama(5), torch::kFloat, scheme),
            again(test::small_llama(5), torch::kFloat, scheme);
        EXPECT_EQ(value(kept.run()), value(again.run(true)));
        for (size_t i = 0; i < kept.layers.size(); ++i)
            for (size_t linear = 0; linear < SoftLayer::count; ++linear)
                EXPECT_TRUE(
                    torch::equal(kept.layers[i].v(linear).grad(), again.layers[i].v(linear).grad()))
                    << i << " " << linear;
    }
}

} // namespace
} // namespace fp4::quant
