#include "fp4/quant/train/trainer.hpp"

#include <cmath>

#include "parameters.hpp"
#include "random_models.hpp"
#include "test_files.hpp"
#include "tiny_recipe.hpp"

namespace fp4::quant {
namespace {

std::vector<Tensor> snapshot_of(const CausalLm& model) {
    std::vector<Tensor> out;
    for (const auto& [name, parameter] : parameters(model))
        out.push_back(parameter.detach().clone());
    return out;
}

bool equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Tensor& x, const Tensor& y) { return torch::equal(x, y); });
}

TEST(Trainer, InitialParameters) {
    auto recipe = test::tiny_recipe();
    recipe.model.dims = {"LlamaForCausalLM", "", 64, 96, 8, 4, 2, 16};
    recipe.model.vocab_size = 100;
    const Trainer trainer(recipe, test::counting_stream());
    double largest_mean = 0;
    for (const auto& [name, parameter] : parameters(trainer.model())) {
        EXPECT_TRUE(parameter.requires_grad()) << name;
        if (parameter.dim() == 1) {
            EXPECT_TRUE(torch::equal(parameter, torch::ones({64}))) << name;
            continue;
        }
        const bool onto_residual =
            name.find("o_proj") != name.npos || name.find("down_proj") != name.npos;
        const double deviation = onto_residual ? 0.005 : 0.02,
                     n = static_cast<double>(parameter.numel()); // sqrt(2 * 8 layers) = 4
        EXPECT_NEAR(parameter.square().mean().sqrt().item<double>() / deviation, 1,
                    4 / std::sqrt(2 * n))
            << name;
        largest_mean = std::max(largest_mean, std::abs(parameter.mean().item<double>()) /
                                                  deviation * std::sqrt(n));
        EXPECT_NEAR(parameter.pow(4).mean().item<double>() / std::pow(deviation, 4), 3,
                    4 * std::sqrt(96 / n))
            << name; // a normal distribution's
    }
    EXPECT_LT(largest_mean, 4);
    EXPECT_TRUE(trainer.model().lm_head.is_same(trainer.model().embed_tokens));
    EXPECT_EQ(trainer.step(), 0u);
}

TEST(Trainer, TheSeedDecides) {
    auto recipe = test::tiny_recipe();
    const auto first = snapshot_of(Trainer(recipe, test::counting_stream()).model());
    EXPECT_TRUE(equal(snapshot_of(Trainer(recipe, test::counting_stream()).model()), first));
    for (const uint64_t seed : {0, 1, 6, 1 << 20}) {
        recipe.seed = seed;
        EXPECT_FALSE(
            torch::equal(Trainer(recipe, test::counting_stream()).model().embed_tokens, first[0]))
            << seed;
    }
}

// The first step of AdamW moves every parameter by the learning rate against its gradient's sign,
// matrices after their decay.
TEST(Trainer, FirstStep) {
    auto recipe = test::tiny_recipe();
    recipe.weight_decay = 10;
    Trainer trainer(recipe, test::counting_stream());
    const auto before = snapshot_of(trainer.model());
    trainer.train_step();
    EXPECT_EQ(trainer.step(), 1u);
    const auto after = snapshot_of(trainer.model());
    const double rate = 0.005; // half of it, in the first of two warm-up steps
    for (size_t i = 0; i < before.size(); ++i) {
        const double kept = before[i].dim() == 2 ? 1 - rate * 10 : 1;
        EXPECT_NEAR((after[i] - before[i] * kept).abs().median().item<double>(), rate, 0.01 * rate)
            << i;
    }
}

TEST(Trainer, GradientsAreClippedTogether) {
    const auto recipe = test::tiny_recipe();
    Trainer trainer(recipe, test::counting_stream());
    double count = 0;
    for (const auto& [name, parameter] : parameters(trainer.model())) {
        Tensor(parameter).mutable_grad() = torch::full_like(parameter, -0.5);
        count += static_cast<double>(parameter.numel());
    }
    const auto all_are = [&](double value) {
        for (const auto& [name, parameter] : parameters(trainer.model()))
            EXPECT_LT((parameter.grad() - value).abs().max().item<double>(), 1e-6 * std::abs(value))
                << name;
    };
    clip_gradients(trainer.model(), 0.5 * std::sqrt(count) * 1.001);
    all_are(-0.5);
    clip_gradients(trainer.model(), 2);
    all_are(-2 / std::sqrt(count));
}

TEST(Trainer, ResumesWithTheSameBits) {
    const test::TempDir dir;
    for (const bool bf16 : {false, true}) {
        auto recipe = test::tiny_recipe();
        recipe.bf16_products = bf16;
        std::vector<double> losses;
        Trainer whole(recipe, test::counting_stream());
        for (int i = 0; i < 6; ++i) losses.push_back(whole.train_step());
        {
            Trainer first(recipe, test::counting_stream());
            for (int i = 0; i < 3; ++i)
                EXPECT_EQ(first.train_step(), losses[static_cast<size_t>(i)]);
            ASSERT_TRUE(first.save(dir / "snapshot"));
        }
        Trainer second(recipe, test::counting_stream());
        ASSERT_TRUE(second.resume(dir / "snapshot"));
        EXPECT_EQ(second.step(), 3u);
        for (size_t i = 3; i < 6; ++i) EXPECT_EQ(second.train_step(), losses[i]) << i;
        EXPECT_TRUE(equal(snapshot_of(second.model()), snapshot_of(whole.model()))) << bf16;
        EXPECT_EQ(second.step(), 6u);
    }
}

TEST(Trainer, ForeignSnapshotsAreRefused) {
    const test::TempDir dir;
    const auto expect_refusal = [&](const std::string& name) {
        Trainer trainer(test::tiny_recipe(), test::counting_stream());
        const auto before = snapshot_of(trainer.model());
        const auto status = trainer.resume(dir / name);
        ASSERT_FALSE(status) << name;
        EXPECT_EQ(status.error().code, ErrorCode::bad_file);
        EXPECT_EQ(status.error().message,
                  (dir / name).string() + ": expected a snapshot of this recipe's training");
        EXPECT_EQ(trainer.step(), 0u) << name;
        EXPECT_TRUE(equal(snapshot_of(trainer.model()), before)) << name;
    };
    expect_refusal("absent");
    dir.write("text", "no archive");
    expect_refusal("text");
    const auto save = [&](const std::string& name, const auto& change) {
        auto recipe = test::tiny_recipe();
        change(recipe.model.dims);
        Trainer trainer(recipe, test::counting_stream());
        trainer.train_step();
        ASSERT_TRUE(trainer.save(dir / name));
    };
    save("wider", [](auto& dims) { dims.intermediate_size = 32; });
    expect_refusal("wider");
    save("shallower", [](auto& dims) { dims.num_hidden_layers = 1; });
    expect_refusal("shallower");
    save("deeper", [](auto& dims) { dims.num_hidden_layers = 3; });
    expect_refusal("deeper");
    const auto bytes = test::read_file(dir / "wider");
    dir.write("cut", bytes.substr(0, bytes.size() / 2));
    expect_refusal("cut");
}

TEST(Trainer, LearnsACountingStream) {
    for (const bool bf16 : {false, true}) {
        auto recipe = test::tiny_recipe();
        recipe.bf16_products = bf16;
        recipe.learning_rate = 0.03;
        Trainer trainer(recipe, test::counting_stream());
        const double first = trainer.train_step();
        EXPECT_NEAR(first, std::log(11.0), 0.02); // knows nothing
        double last = first;
        while (trainer.step() < 40) last = trainer.train_step();
        EXPECT_LT(last, 0.2 * first);
        const auto windows =
            torch::tensor({0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10}, torch::kInt).view({2, 6});
        EXPECT_LT(mean_nll(trainer.model(), windows), 0.2 * first);
    }
}

TEST(MeanNll, EqualsThePlainDecoders) {
    auto model = test::random_model(test::model_shapes[0], 31, torch::kFloat);
    const auto windows = torch::randint(29, {35, 4}, at::detail::createCPUGenerator(1),
                                        torch::kInt); // more than one batch
    double sum = 0;
    for (int64_t w = 0; w < 35; ++w) {
        std::vector<size_t> tokens;
        for (int64_t i = 0; i < 4; ++i) tokens.push_back(windows[w][i].item<uint8_t>());
        const auto logits = plain::logits(test::plain_of(model), tokens);
        for (size_t i = 0; i < 3; ++i) {
            double total = 0;
            for (size_t token = 0; token < 29; ++token) total += std::exp(logits(i, token));
            sum += std::log(total) - logits(i, tokens[i + 1]);
        }
    }
    EXPECT_NEAR(mean_nll(model, windows) / (sum / (35 * 3)), 1, 1e-6);
}

} // namespace
} // namespace fp4::quant
