#include "fp4/quant/faar/faar_recipe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "child_process.hpp"
#include "fp4/quant/faar/faar_variants.hpp"

namespace fp4::quant {
namespace {

TEST(RoundingSchedule, RunsFromItsStartToItsEnd) {
    const RoundingSchedule schedule{.steps = 101,
                                    .learning_rate = 2,
                                    .beta_start = 4,
                                    .beta_end = 36,
                                    .lambda_max = 100,
                                    .lambda_start_share = 1e-4};
    EXPECT_DOUBLE_EQ(schedule.learning_rate_at(0), 2);
    EXPECT_NEAR(schedule.learning_rate_at(100), 0.2, 1e-12);
    EXPECT_NEAR(schedule.learning_rate_at(50), 1.1, 1e-12);
    EXPECT_DOUBLE_EQ(schedule.beta_at(0), 4);
    EXPECT_NEAR(schedule.beta_at(50), 12, 1e-12);
    EXPECT_NEAR(schedule.beta_at(100), 36, 1e-12);
    EXPECT_NEAR(schedule.lambda_at(0), 0.01, 1e-15);
    EXPECT_NEAR(schedule.lambda_at(50), 1, 1e-12);
    EXPECT_DOUBLE_EQ(schedule.lambda_at(100), 100);
}

Result<FaarRecipe> from_file(const std::string& text) {
    const fp4::test::TemporaryFolder folder;
    std::ofstream(folder.path() / "recipe.yaml") << text;
    return faar_recipe((folder.path() / "recipe.yaml").native());
}

TEST(FaarRecipe, HasTwoNames) {
    EXPECT_EQ(text_of(*faar_recipe("best")), text_of(FaarRecipe{}));
    const auto paper = faar_recipe("paper");
    ASSERT_TRUE(paper);
    EXPECT_FALSE(paper->curvature || paper->stage1.flips || paper->stage1.normalized ||
                 paper->true_inputs || paper->stage2.normalized);
    EXPECT_EQ(paper->scales.criterion, ScaleCriterion::encoder);
    EXPECT_EQ(paper->scales.rounds, 0);
    EXPECT_EQ(paper->stage2.schedule.steps, 2500);
    EXPECT_DOUBLE_EQ(paper->stage2.schedule.learning_rate, 5e-4);
}

TEST(FaarRecipe, ChangesWhatAFileSays) {
    const auto recipe =
        from_file("base: paper\n"
                  "stage1: {steps: 7, flips: 1, lambda_max: 0, scales: weights, rescales: 2}\n"
                  "stage2: {pull: 0.2, top_k: 50, temperature: 2.5, norm_learning_rate: 0.25}\n"
                  "refine: {rounds: 3}\n");
    ASSERT_TRUE(recipe) << recipe.error().message;
    auto wanted = *faar_recipe("paper");
    wanted.stage1.schedule.steps = 7;
    wanted.stage1.schedule.lambda_max = 0;
    wanted.stage1.flips = true;
    wanted.scales = {ScaleCriterion::weights, 2};
    wanted.stage2.pull = 0.2;
    wanted.stage2.top_k = 50;
    wanted.stage2.temperature = 2.5;
    wanted.stage2.norm_learning_rate = 0.25;
    wanted.refine.options.rounds = 3;
    EXPECT_EQ(text_of(*recipe), text_of(wanted));
    EXPECT_NE(text_of(*recipe), text_of(*faar_recipe("paper")));
}

TEST(FaarVariants, AreOtherRecipesUnderOtherNames) {
    std::set<std::string> names{"faar", "faar-2fa"}, recipes{text_of(FaarRecipe{})};
    for (const auto& variant : faar_variants) {
        FaarRecipe recipe;
        variant.change(recipe);
        EXPECT_TRUE(names.insert(std::string(variant.method)).second) << variant.method;
        // Of the paper there are rows with one and with both stages.
        const bool known = !recipes.insert(text_of(recipe)).second;
        EXPECT_EQ(known, variant.method == "faar-2fa-paper") << variant.method;
        EXPECT_TRUE(variant.aligned || variant.stage1 == variant.method);
    }
}

// Stage 1 is made once for all that name the same.
TEST(FaarVariants, ShareAFirstStageThatIsTheSame) {
    std::map<std::string_view, std::string> stage1{{"faar", stage1_text_of(FaarRecipe{})}};
    for (const auto& variant : faar_variants) {
        FaarRecipe recipe;
        variant.change(recipe);
        const auto text = stage1_text_of(recipe);
        EXPECT_EQ(stage1.emplace(variant.stage1, text).first->second, text) << variant.method;
    }
}

TEST(FaarRecipe, RefusesWhatItDoesNotKnow) {
    const auto refused = [](const Result<FaarRecipe>& found, const std::string& message) {
        ASSERT_FALSE(found);
        EXPECT_NE(found.error().message.find(message), std::string::npos) << found.error().message;
    };
    refused(faar_recipe("worst"), "expected best, paper or a .yaml file, found worst");
    refused(faar_recipe("none.yaml"), "none.yaml");
    refused(from_file("base: worst\n"), "base: expected best or paper, found worst");
    refused(from_file("stage1: {steps: 3}\n"), "base");
    refused(from_file("base: best\nstage1: {step: 3}\n"), "stage1.step");
    refused(from_file("base: best\nstage2: {pull: -1}\n"), "expected a number from 0");
    refused(from_file("base: best\nstage2: {pull: 0.5}\n"), "a pull below 0.5");
    refused(from_file("base: best\nstage2: {batch_windows: 0}\n"), "at least one window");
    refused(from_file("base: best\nstage2: {temperature: 0}\n"), "a temperature above 0");
    refused(from_file("base: best\nrefine: {windows: 1}\n"), "at least two windows");
    refused(from_file("base: best\nstage1: {scales: golden}\n"),
            "expected one of encoder, weights, inputs");
    refused(from_file("base: best\nstage1: {flips: 2}\n"), "expected an integer from 0 to 1");
}

} // namespace
} // namespace fp4::quant
