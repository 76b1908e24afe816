// What a configuration file says of groups of modules, before it is applied to those of a model.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/checkpoints/model_config.hpp"
#include "fp4/checkpoints/quantization_config.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

// Names with the place in the file where they stand: patterns of module_patterns.hpp.
struct PatternList {
    std::string where{};
    std::vector<std::string> patterns{};
};

struct SchemeGroup {
    PatternList targets;
    ModuleScheme scheme;
};

struct QuantizationRules {
    QuantizationConfig config{};            // all but `modules`
    std::vector<SchemeGroup> groups{};      // empty: nothing is quantized
    std::optional<PatternList> left_out{};  // none: the file does not say
    std::optional<std::string> algorithm{}; // ModelOpt's quant_algo, where the file says it
};

// The rules applied to each linear of the model and lm_head. A name wins over a regular expression,
// that over a class name; among equals the group that comes first. bad_file for patterns that
// cannot be applied.
Result<QuantizationConfig> resolve(const QuantizationRules& rules, const ModelConfig& model);

} // namespace fp4::checkpoints
