// What a checkpoint's configuration says of all its quantized layers.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fp4/format.hpp"
#include "fp4/checkpoints/layout.hpp"
#include "fp4/tensor_scale.hpp"

namespace fp4::checkpoints {

struct QuantizationConfig {
    Layout layout = Layout::plain;
    std::optional<Format> activations{}; // none: weights only
    std::vector<std::string>
        ignore{}; // modules that are not quantized, as the file names them: patterns
    // Layout::razer only:
    Specials specials{};
    std::map<std::string, uint8_t> v2_halves_of{}; // modules whose V2 is not that of `specials`
    int e3m3_max = e3m3_max_default;
    std::optional<Encoder> encoder{};
};

} // namespace fp4::checkpoints
