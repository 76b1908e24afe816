#include "fp4/quant/faar/distillation_loss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plain_decoder.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

using test::Random;

struct Case {
    CausalLm model = test::small_llama(3, torch::kDouble);
    Tensor reference, hidden;

    Case() {
        Random random(4);
        reference = random.normal({2, 5, 32}).to(torch::kDouble);
        hidden = reference + 0.3 * random.normal({2, 5, 32}).to(torch::kDouble);
    }
};

std::vector<double> probabilities(const Case& each, const Tensor& hidden, double temperature) {
    const auto normed =
        plain::rms_norm(fp4::test::values_of(hidden), fp4::test::values_of(each.model.norm),
                        each.model.config.rms_norm_eps);
    const auto head = fp4::test::matrix_of(each.model.lm_head);
    std::vector<double> out(29);
    double sum = 0;
    for (size_t token = 0; token < out.size(); ++token) {
        double logit = 0;
        for (size_t i = 0; i < normed.size(); ++i)
            logit +=
                normed[i] * each.model.lm_head[static_cast<int64_t>(token)][static_cast<int64_t>(i)]
                                .item<double>();
        sum += out[token] = std::exp(logit / temperature);
    }
    for (double& p : out) p /= sum;
    return out;
}

// By loops: the likeliest top_k tokens each, and the others as one.
double plain_kl(std::vector<double> p, std::vector<double> q, size_t top_k) {
    std::vector<size_t> order(p.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) { return p[a] > p[b]; });
    double sum = 0, p_left = 1, q_left = 1;
    for (size_t i = 0; i < top_k; ++i) {
        const size_t token = order[i];
        sum += p[token] * std::log(p[token] / q[token]);
        p_left -= p[token];
        q_left -= q[token];
    }
    return top_k < p.size() ? sum + p_left * std::log(p_left / q_left) : sum;
}

class DistillationLossOf : public testing::TestWithParam<std::tuple<int64_t, double>> {};

TEST_P(DistillationLossOf, IsThatOfPlainLoops) {
    const Case each;
    const auto [top_k, temperature] = GetParam();
    const auto loss =
        distillation_loss(each.model, each.reference, each.hidden,
                          {.temperature = temperature, .top_k = top_k, .logits_at_once = 29 * 3});
    double kl = 0;
    for (int64_t b = 0; b < 2; ++b)
        for (int64_t t = 0; t < 5; ++t)
            kl += plain_kl(probabilities(each, each.reference[b][t], temperature),
                           probabilities(each, each.hidden[b][t], temperature),
                           top_k ? static_cast<size_t>(top_k) : 29);
    EXPECT_NEAR(loss.kl, kl / 10, 1e-12);
    EXPECT_GT(loss.kl, 1e-3);
    EXPECT_NEAR(loss.hidden_mse, (each.hidden - each.reference).square().mean().item<double>(),
                1e-15);
}

TEST_P(DistillationLossOf, HasTheGradientOfItsValue) {
    const Case each;
    const auto [top_k, temperature] = GetParam();
    const DistillationOptions options{.kl_weight = 0.7,
                                      .hidden_weight = 0.4,
                                      .temperature = temperature,
                                      .top_k = top_k,
                                      .logits_at_once = 29 * 4};
    const auto value = [&](const Tensor& hidden) {
        const auto loss = distillation_loss(each.model, each.reference, hidden, options);
        return options.kl_weight * loss.kl + options.hidden_weight * loss.hidden_mse;
    };
    const auto gradient =
        distillation_loss(each.model, each.reference, each.hidden, options).by_hidden;
    ASSERT_EQ(gradient.sizes(), each.hidden.sizes());
    const double largest = gradient.abs().max().item<double>();
    for (int64_t i = 0; i < each.hidden.numel(); i += 7) {
        auto plus = each.hidden.clone(), minus = each.hidden.clone();
        plus.view(-1)[i] += 1e-6;
        minus.view(-1)[i] -= 1e-6;
        EXPECT_NEAR(gradient.reshape(-1)[i].item<double>(), (value(plus) - value(minus)) / 2e-6,
                    1e-6 * largest)
            << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Options, DistillationLossOf,
                         testing::Values(std::tuple{int64_t{0}, 1.0}, std::tuple{int64_t{0}, 2.5},
                                         std::tuple{int64_t{5}, 1.0}, std::tuple{int64_t{29}, 1.0}),
                         [](const auto& each) {
                             return "top" + std::to_string(std::get<0>(each.param)) + "_t" +
                                    std::to_string(static_cast<int>(std::get<1>(each.param) * 10));
                         });

TEST(DistillationLoss, IsNothingBetweenEquals) {
    const Case each;
    const auto loss =
        distillation_loss(each.model, each.reference, each.reference, {.hidden_weight = 1});
    EXPECT_NEAR(loss.kl, 0, 1e-14);
    EXPECT_EQ(loss.hidden_mse, 0);
    EXPECT_LT(loss.by_hidden.abs().max().item<double>(), 1e-14);
}

} // namespace
} // namespace fp4::quant
