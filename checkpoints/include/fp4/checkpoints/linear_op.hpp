// The linears of a decoder layer: one row each. Names in traces, module names, fused groups and
// shapes are all derived from these rows.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fp4::checkpoints {

enum class LinearOp : uint8_t { q, k, v, o, gate, up, down };

// Linears that read the same input. Serving engines fuse them into one and keep one tensor scale.
enum class LinearGroup : uint8_t { qkv, o, gate_up, down };

// The widths of a model that its linears map between; ModelConfig gives their numbers.
enum class Width : uint8_t { hidden, query, key_value, intermediate };

struct LinearOpSpec {
    LinearOp op;
    std::string_view name; // in traces and options
    LinearGroup group;
    std::string_view module; // behind "model.layers.N."
    Width outputs, inputs;
};

inline constexpr std::array<LinearOpSpec, 7> linear_op_specs{{
    {LinearOp::q, "q", LinearGroup::qkv, "self_attn.q_proj", Width::query, Width::hidden},
    {LinearOp::k, "k", LinearGroup::qkv, "self_attn.k_proj", Width::key_value, Width::hidden},
    {LinearOp::v, "v", LinearGroup::qkv, "self_attn.v_proj", Width::key_value, Width::hidden},
    {LinearOp::o, "o", LinearGroup::o, "self_attn.o_proj", Width::hidden, Width::query},
    {LinearOp::gate, "gate", LinearGroup::gate_up, "mlp.gate_proj", Width::intermediate,
     Width::hidden},
    {LinearOp::up, "up", LinearGroup::gate_up, "mlp.up_proj", Width::intermediate, Width::hidden},
    {LinearOp::down, "down", LinearGroup::down, "mlp.down_proj", Width::hidden,
     Width::intermediate},
}};
inline constexpr std::array<std::string_view, 4> linear_group_names{"qkv", "o", "gate_up", "down"};

inline constexpr auto linear_ops = [] {
    std::array<LinearOp, linear_op_specs.size()> ops{};
    for (size_t i = 0; i < ops.size(); ++i) ops[i] = linear_op_specs[i].op;
    return ops;
}();
inline constexpr auto linear_groups = [] {
    std::array<LinearGroup, linear_group_names.size()> groups{};
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<LinearGroup>(i);
    return groups;
}();

constexpr const LinearOpSpec& spec_of(LinearOp op) {
    return linear_op_specs[static_cast<size_t>(op)];
}
constexpr std::string_view name_of(LinearOp op) { return spec_of(op).name; }
constexpr std::string_view name_of(LinearGroup group) {
    return linear_group_names[static_cast<size_t>(group)];
}

// Of a group, in the order of the rows.
constexpr std::span<const LinearOp> members(LinearGroup group) {
    size_t first = 0, count = 0;
    while (linear_op_specs[first].group != group) ++first;
    for (const auto& spec : linear_op_specs) count += spec.group == group;
    return std::span(linear_ops).subspan(first, count);
}

// Rows stand under their own op, and the members of a group beside each other.
static_assert([] {
    for (size_t i = 0; i < linear_op_specs.size(); ++i) {
        if (static_cast<size_t>(linear_op_specs[i].op) != i) return false;
        if (i > 0 && linear_op_specs[i].group < linear_op_specs[i - 1].group) return false;
    }
    return true;
}());

constexpr std::optional<LinearOp> linear_op_from_name(std::string_view name) {
    for (const auto& spec : linear_op_specs)
        if (spec.name == name) return spec.op;
    return std::nullopt;
}

} // namespace fp4::checkpoints
