#include "fp4/quant/faar/faar_recipe.hpp"

#include <sstream>

#include "fp4/io/strict_yaml.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t most = uint64_t{1} << 24;

// The fields of both stages by their names, once for all that read or write them.
template <class Visitor>
void visit_schedule(RoundingSchedule& schedule, Visitor& visitor) {
    visitor("steps", schedule.steps);
    visitor("learning_rate", schedule.learning_rate);
    visitor("beta_start", schedule.beta_start);
    visitor("beta_end", schedule.beta_end);
    visitor("lambda_max", schedule.lambda_max);
    visitor("lambda_start_share", schedule.lambda_start_share);
}

template <class Visitor>
void visit_stage1(FaarRecipe& recipe, Visitor& visitor) {
    visit_schedule(recipe.stage1.schedule, visitor);
    visitor("normalized", recipe.stage1.normalized);
    visitor("flips", recipe.stage1.flips);
    visitor("true_inputs", recipe.true_inputs);
    visitor("curvature", recipe.curvature);
    visitor("damp", recipe.damp);
    visitor("scales", recipe.scales.criterion);
    visitor("rescales", recipe.scales.rounds);
}

template <class Visitor>
void visit_stage2(FaarRecipe& recipe, Visitor& visitor) {
    auto& stage2 = recipe.stage2;
    visit_schedule(stage2.schedule, visitor);
    visitor("batch_windows", stage2.batch_windows);
    visitor("commitment", stage2.commitment);
    visitor("pull", stage2.pull);
    visitor("kl_weight", stage2.kl_weight);
    visitor("hidden_weight", stage2.hidden_weight);
    visitor("normalized", stage2.normalized);
    visitor("temperature", stage2.temperature);
    visitor("top_k", stage2.top_k);
    visitor("recompute", stage2.recompute);
    visitor.optional("norm_learning_rate", stage2.norm_learning_rate);
}

template <class Visitor>
void visit_refine(FaarRecipe& recipe, Visitor& visitor) {
    visitor("rounds", recipe.refine.options.rounds);
    visitor("windows", recipe.refine.windows);
    visitor("caution", recipe.refine.options.caution);
    visitor("measured_share", recipe.refine.options.measured_share);
}

struct YamlReader {
    io::StrictYaml& yaml;

    void operator()(const char* key, int64_t& value) {
        value = static_cast<int64_t>(yaml.integer(key, 0, most, static_cast<uint64_t>(value)));
    }
    void operator()(const char* key, double& value) { value = yaml.number(key, 0, most, value); }
    void operator()(const char* key, ScaleCriterion& value) {
        value = static_cast<ScaleCriterion>(
            yaml.one_of(key, scale_criterion_names, static_cast<size_t>(value)));
    }
    void optional(const char* key, double& value) { (*this)(key, value); }
    void operator()(const char* key, bool& value) {
        value = yaml.integer(key, 0, 1, uint64_t{value}) == 1;
    }
};

struct TextWriter {
    std::ostringstream text;

    // Says nothing where it is off.
    void optional(const char* key, double value) {
        if (value != 0) (*this)(key, value);
    }
    void operator()(const char* key, ScaleCriterion value) {
        (*this)(key, scale_criterion_names[static_cast<size_t>(value)]);
    }
    template <class Value>
    void operator()(const char* key, const Value& value) {
        text << key << ' ' << value << ", ";
    }
};

std::optional<FaarRecipe> named(const std::string& name) {
    if (name == "best") return FaarRecipe{};
    if (name == "paper") return paper_faar_recipe();
    return std::nullopt;
}

} // namespace

Result<FaarRecipe> faar_recipe(const std::string& given) {
    if (const auto recipe = named(given)) return *recipe;
    if (!given.ends_with(".yaml"))
        return Error{ErrorCode::unknown_name,
                     "--faar: expected best, paper or a .yaml file, found " + given};
    FP4_TRY_ASSIGN(auto yaml, io::StrictYaml::open(given));
    const auto base = yaml.text("base");
    auto recipe = named(base);
    if (!recipe)
        return Error{ErrorCode::bad_file, given + ": base: expected best or paper, found " + base};
    const auto read = [&](const char* part, auto visit) {
        if (!yaml.has(part)) return;
        yaml.map(part, [&](io::StrictYaml& fields) {
            YamlReader reader{fields};
            visit(*recipe, reader);
        });
    };
    read("stage1", visit_stage1<YamlReader>);
    read("stage2", visit_stage2<YamlReader>);
    read("refine", visit_refine<YamlReader>);
    FP4_TRY(yaml.finish());
    if (recipe->stage2.batch_windows < 1 || !(recipe->stage2.temperature > 0) ||
        recipe->stage2.pull >= 0.5)
        return Error{ErrorCode::bad_file, given + ": stage2: expected at least one window a batch, "
                                                  "a temperature above 0 and a pull below 0.5"};
    if (recipe->refine.windows < 2 || !(recipe->refine.options.measured_share < 1))
        return Error{ErrorCode::bad_file,
                     given + ": refine: expected at least two windows and a share of them below 1"};
    return *recipe;
}

FaarRecipe paper_faar_recipe() {
    FaarRecipe out{.stage1 = paper_recipe(),
                   .true_inputs = false,
                   .curvature = false,
                   .damp = 0,
                   .scales = {ScaleCriterion::encoder, 0}};
    out.stage2 = {.schedule = {.steps = 2500,
                               .learning_rate = 5e-4,
                               .beta_start = 20,
                               .beta_end = 20,
                               .lambda_max = 0.1,
                               .lambda_start_share = 1},
                  .commitment = 1,
                  .pull = 0,
                  .hidden_weight = 1,
                  .normalized = false};
    return out;
}

std::string stage1_text_of(FaarRecipe recipe) {
    TextWriter writer;
    writer.text.precision(17);
    writer.text << "stage 1: ";
    visit_stage1(recipe, writer);
    if (recipe.stage1.random) writer.text << "random, ";
    return writer.text.str();
}

std::string text_of(FaarRecipe recipe) {
    TextWriter writer;
    writer.text.precision(17);
    writer.text << stage1_text_of(recipe) << "stage 2: ";
    visit_stage2(recipe, writer);
    writer.text << "refine: ";
    visit_refine(recipe, writer);
    return writer.text.str();
}

} // namespace fp4::quant
