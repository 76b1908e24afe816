// Gradients of the blocks against central differences, in double.
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "fp4/quant/model/attention.hpp"
#include "fp4/quant/model/rms_norm.hpp"
#include "random_models.hpp"

namespace fp4::quant {
namespace {

using test::random_tensor;

// Of sum(w * f(inputs)), w random, by each element of each input. The differences are good to about
// 2e-8 of the largest gradient.
void expect_gradients(const std::vector<Tensor>& inputs, const std::function<Tensor()>& f) {
    for (const auto& input : inputs) Tensor(input).requires_grad_(true);
    const auto weights = torch::randn_like(f().detach());
    const auto objective = [&] { return (f() * weights).sum(); };
    const auto gradients = torch::autograd::grad({objective()}, inputs);
    const torch::NoGradGuard no_grad;
    constexpr double step = 2e-6;
    for (size_t i = 0; i < inputs.size(); ++i) {
        auto flat = inputs[i].detach().view(-1);
        auto wanted = torch::zeros_like(flat);
        for (int64_t e = 0; e < flat.numel(); ++e) {
            const double at = flat[e].item<double>();
            const auto value = [&](double moved) {
                flat[e] = moved;
                return objective().item<double>();
            };
            wanted[e] = (value(at + step) - value(at - step)) / (2 * step);
            flat[e] = at;
        }
        const auto difference = (gradients[i].view(-1) - wanted).abs().max().item<double>(),
                   largest = wanted.abs().max().item<double>();
        EXPECT_GT(largest, 1e-3) << "input " << i; // the comparison is of something
        EXPECT_LE(difference, 1e-7 * largest) << "input " << i;
    }
}

TEST(Gradients, RmsNorm) {
    torch::manual_seed(1);
    const auto x = random_tensor({3, 5}, 1, 1), weight = random_tensor({5}, 1, 2);
    expect_gradients({x, weight}, [&] { return rms_norm(x, weight, 0.1); });
}

TEST(Gradients, Rope) {
    torch::manual_seed(2);
    const auto config = test::config_of(test::model_shapes[0]);
    const auto x = random_tensor({1, 5, 2, 8}, 1, 3);
    const auto table = rope_table(config, 5, torch::kDouble);
    expect_gradients({x}, [&] { return apply_rope(x, table); });
}

TEST(Gradients, Attention) {
    torch::manual_seed(3);
    const auto q = random_tensor({1, 4, 4, 3}, 1, 4), k = random_tensor({1, 4, 2, 3}, 1, 5),
               v = random_tensor({1, 4, 2, 3}, 1, 6);
    expect_gradients({q, k, v}, [&] { return attention(q, k, v); });
}

TEST(Gradients, DecoderLayer) {
    torch::manual_seed(4);
    const auto config = test::config_of({"", 6, 5, 1, 2, 1, 4, true, true, true});
    const auto weights = test::random_layer(config, 7);
    const auto x = random_tensor({1, 3, 6}, 1, 8);
    const auto table = rope_table(config, 3, torch::kDouble);
    std::vector<Tensor> inputs{x, weights.input_layernorm, weights.post_attention_layernorm,
                               weights.q_norm, weights.k_norm};
    inputs.insert(inputs.end(), weights.linears.begin(), weights.linears.end());
    const GroupFunction linears = [&](LinearGroup group, const Tensor& input) {
        return apply_linears(weights, group, input);
    };
    expect_gradients(inputs, [&] { return decoder_layer(x, weights, config, table, linears); });
}

TEST(Gradients, WholeModelWithATiedHead) {
    torch::manual_seed(5);
    auto model = test::random_model({"", 4, 3, 2, 2, 1, 2, false, false, true}, 9);
    const auto tokens = torch::tensor({3, 1, 28, 3}, torch::kLong).view({1, 4});
    expect_gradients({model.embed_tokens, model.norm, model.layers[0][LinearOp::k]}, [&] {
        return torch::log_softmax(logits(model, hidden_states(model, tokens)), -1);
    });
}

} // namespace
} // namespace fp4::quant
