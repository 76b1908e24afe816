// What is wrong or odd in a quantized checkpoint, all of it at once.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/io/safetensors.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

enum class Severity : uint8_t {
    note,    // ordinary, worth knowing
    warning, // odd: read as it stands, which may not be what was meant
    error    // a reader refuses it, or reads other numbers than were meant
};
std::string_view name_of(Severity severity); // "note", "warning", "error"

// Codes of findings.
namespace finding {
inline constexpr std::string_view missing_tensor = "missing-tensor",
                                  unexpected_tensor = "unexpected-tensor",
                                  unused_tensor = "unused-tensor", left_alone = "left-alone",
                                  not_quantized = "not-quantized", wrong_dtype = "wrong-dtype",
                                  wrong_shape = "wrong-shape", swizzled_scales = "swizzled-scales",
                                  config_mismatch = "config-mismatch",
                                  bad_tensor_scale = "bad-tensor-scale",
                                  inverted_scale = "inverted-scale",
                                  implausible_scale = "implausible-scale",
                                  unequal_scales = "unequal-scales", split_group = "split-group",
                                  nan_scale = "nan-scale", sign_bit = "sign-bit",
                                  saturated_scales = "saturated-scales", zero_block = "zero-block",
                                  zero_scale = "zero-scale", read_error = "read-error";
}

struct Finding {
    Severity severity = Severity::note;
    std::string code{};
    std::string tensor{};  // or module; empty: of the folder
    std::string message{}; // a whole sentence: file, tensor, expected, found
};

// Everything that a reader, or a serving engine that fuses q/k/v and gate/up, would stumble over or
// pass over in silence; it goes on after each finding. In the order of the model's linears, then
// what concerns the folder. Empty for a folder without fault. The error is one of
// Checkpoint::open: a folder of which nothing can be said.
Result<std::vector<Finding>> lint_checkpoint(const std::filesystem::path& folder,
                                             io::FileAccess access = io::FileAccess::mapped);

} // namespace fp4::checkpoints
