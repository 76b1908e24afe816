#include "quantization_rules.hpp"

#include "fp4/checkpoints/linears.hpp"
#include "fp4/try.hpp"
#include "module_patterns.hpp"

namespace fp4::checkpoints {

Result<QuantizationConfig> resolve(const QuantizationRules& rules, const ModelConfig& model) {
    auto config = rules.config;
    if (rules.groups.empty()) return config;
    std::vector<std::string> modules{"lm_head"};
    for (const auto& linear : model_linears(model)) modules.push_back(linear.name);

    const auto parsed = [&](const PatternList& list) {
        return ModulePatterns::parse(list.patterns, list.where, modules.size());
    };
    ModulePatterns left_out;
    if (rules.left_out) {
        FP4_TRY_ASSIGN(auto patterns, parsed(*rules.left_out));
        left_out = std::move(patterns);
    }
    std::vector<ModulePatterns> targets;
    for (const auto& group : rules.groups) {
        FP4_TRY_ASSIGN(auto patterns, parsed(group.targets));
        targets.push_back(std::move(patterns));
    }
    for (const auto& module : modules) {
        ModuleScheme scheme;
        auto best = ModulePatterns::Match::none;
        for (size_t i = 0; i < targets.size(); ++i)
            if (const auto match = targets[i].match(module); match > best) {
                best = match;
                scheme = rules.groups[i].scheme;
            }
        if (left_out.match(module) != ModulePatterns::Match::none) scheme = {};
        config.modules.emplace(module, std::move(scheme));
    }
    return config;
}

} // namespace fp4::checkpoints
