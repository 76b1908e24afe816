// What a checkpoint's configuration says of each of its linears.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fp4/formats/format.hpp"
#include "fp4/checkpoints/layout.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4::checkpoints {

// How one linear is stored.
struct ModuleScheme {
    enum class Kind : uint8_t {
        unquantized,
        quantized, // in the weight format of the layout
        foreign    // in a scheme that is not read: its tensors are left alone
    };
    Kind kind = Kind::unquantized;
    std::optional<Format> activations{}; // quantized only; none: weights only
    std::string foreign_scheme{}; // foreign only, for messages: "float-quantized, 8-bit float"

    bool operator==(const ModuleScheme&) const = default;
};

struct QuantizationConfig {
    Layout layout = Layout::plain;
    // The linears of the decoder layers and lm_head: targets, exceptions and groups of the file,
    // applied to each name.
    std::map<std::string, ModuleScheme, std::less<>> modules{};
    std::string kv_cache{}; // what the file says of the KV cache's quantization; empty: nothing
    // Layout::razer only:
    Specials specials{};
    std::map<std::string, uint8_t> v2_halves_of{}; // modules whose V2 is not that of `specials`
    int e3m3_max = e3m3_max_default;
    std::optional<Encoder> encoder{};

    // Unquantized for every name that is not in `modules`.
    const ModuleScheme& scheme_of(std::string_view module) const;
};

} // namespace fp4::checkpoints
