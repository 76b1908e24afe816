// The linears of a decoder layer, and the groups of them that read the same input.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fp4::quant {

enum class LinearOp : uint8_t { q, k, v, o, gate, up, down };
inline constexpr std::array<std::string_view, 7> linear_op_names{"q",    "k",  "v",   "o",
                                                                 "gate", "up", "down"};
inline constexpr std::array linear_ops{LinearOp::q,    LinearOp::k,  LinearOp::v,   LinearOp::o,
                                       LinearOp::gate, LinearOp::up, LinearOp::down};
constexpr std::string_view name_of(LinearOp op) { return linear_op_names[static_cast<size_t>(op)]; }

// Linears that serving engines fuse: one input, one tensor scale.
enum class LinearGroup : uint8_t { qkv, o, gate_up, down };
inline constexpr std::array<LinearGroup, 4> linear_groups{LinearGroup::qkv, LinearGroup::o,
                                                          LinearGroup::gate_up, LinearGroup::down};

constexpr std::span<const LinearOp> members(LinearGroup group) {
    switch (group) {
    case LinearGroup::qkv: return std::span(linear_ops).subspan(0, 3);
    case LinearGroup::o: return std::span(linear_ops).subspan(3, 1);
    case LinearGroup::gate_up: return std::span(linear_ops).subspan(4, 2);
    case LinearGroup::down: break;
    }
    return std::span(linear_ops).subspan(6, 1);
}

constexpr std::string_view name_of(LinearGroup group) {
    constexpr std::array<std::string_view, 4> names{"qkv", "o", "gate_up", "down"};
    return names[static_cast<size_t>(group)];
}

} // namespace fp4::quant
