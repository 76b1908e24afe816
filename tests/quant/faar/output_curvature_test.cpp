#include "fp4/quant/faar/output_curvature.hpp"

#include <torch/csrc/autograd/autograd.h>

#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

using test::Random;

// With one position a window, half of r G r^T is the divergence that a change r of a linear's
// outputs makes, in the mean over what tokens are drawn. The drawn mean is compared with the exact
// sum over the vocabulary.
TEST(OutputCurvature, IsTheFisherMatrixOfThePredictions) {
    const auto model = test::small_llama(11);
    Random random(12);
    const auto tokens = test::some_tokens(random, 1, 1);
    const auto drawn =
        output_curvature(model, tokens.expand({40000, 1}), {.windows_at_once = 5000});
    ASSERT_EQ(drawn.size(), model.layers.size());
    for (const size_t layer : {size_t{0}, model.layers.size() - 1})
        for (const LinearOp op : {LinearOp::v, LinearOp::up, LinearOp::down}) {
            Tensor output;
            const LayerLinears linears = [&](size_t l) -> GroupFunction {
                return [&, l](LinearGroup group, const Tensor& input) {
                    auto out = apply_linears(model.layers[l], group, input);
                    for (size_t i = 0; const LinearOp each : members(group)) {
                        auto& own = out[i++];
                        if (!own.requires_grad()) own.requires_grad_(true);
                        if (l == layer && each == op) output = own;
                    }
                    return out;
                };
            };
            const auto log_p =
                torch::log_softmax(logits(model, hidden_states(model, tokens, linears)), -1)
                    .view(-1);
            auto wanted = torch::zeros({output.numel(), output.numel()}, torch::kDouble);
            for (int64_t token = 0; token < log_p.numel(); ++token) {
                const auto g =
                    torch::autograd::grad({log_p[token]}, {output}, {}, true)[0].view(-1).to(
                        torch::kDouble);
                wanted += log_p[token].exp().item<double>() * torch::outer(g, g);
            }
            const auto& found = drawn[layer][static_cast<size_t>(op)];
            ASSERT_EQ(found.sizes(), wanted.sizes());
            EXPECT_LT((found - wanted).norm().item<double>(), 0.05 * wanted.norm().item<double>())
                << layer << " " << name_of(op);
            EXPECT_GT(wanted.norm().item<double>(), 1e-6);
        }
}

TEST(OutputCurvature, DoesNotHangOnHowManyWindowsGoAtOnce) {
    const auto model = test::small_llama(11);
    Random random(12);
    const auto tokens = test::some_tokens(random, 6, 9);
    const auto two = output_curvature(model, tokens, {.windows_at_once = 2}),
               six = output_curvature(model, tokens, {.windows_at_once = 6});
    for (size_t layer = 0; layer < two.size(); ++layer)
        for (size_t op = 0; op < two[layer].size(); ++op)
            EXPECT_LT((two[layer][op] - six[layer][op]).norm().item<double>(),
                      1e-5 * two[layer][op].norm().item<double>())
                << layer << " " << op;
    const auto other = output_curvature(model, tokens, {.windows_at_once = 2, .seed = 2});
    EXPECT_GT((two[0][0] - other[0][0]).norm().item<double>(),
              0.01 * two[0][0].norm().item<double>());
}

} // namespace
} // namespace fp4::quant
