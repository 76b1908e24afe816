#include "fp4/checkpoints/quantization_config.hpp"

namespace fp4::checkpoints {

const ModuleScheme& QuantizationConfig::scheme_of(std::string_view module) const {
    static const ModuleScheme unquantized;
    const auto at = modules.find(module);
    return at == modules.end() ? unquantized : at->second;
}

} // namespace fp4::checkpoints
