// Linears that serving engines fuse into one and give one tensor scale: q, k, v and gate, up.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/quantized_linear.hpp"

namespace fp4::checkpoints {

// Names of the module's group in order, itself among them; the module alone where it is not fused.
std::vector<std::string> fused_group(const std::string& module);

// Every group is quantized as a whole or not at all, and with an input scale for each member or for
// none. bad_argument.
Status check_fused_groups(std::span<const LinearSpec> linears);

// Fails when the linears of one group, given one after the other, differ in a stored scale.
class FusedScaleCheck {
  public:
    explicit FusedScaleCheck(TensorScaleKind kind) : kind_(kind) {}

    // bad_file, naming both modules and both numbers.
    Status add(const QuantizedLinear& linear);

  private:
    struct Seen {
        std::string group, module;
        float weight = 0;
        std::optional<float> input{};
    };

    TensorScaleKind kind_;
    std::vector<Seen> seen_;
};

} // namespace fp4::checkpoints
