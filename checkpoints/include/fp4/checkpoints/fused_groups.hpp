// Linears that serving engines fuse into one and give one tensor scale: q, k, v and gate, up.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/quantized_linear.hpp"

namespace fp4::checkpoints {

// Names of the module's group in order, itself among them; the module alone where it is not fused.
std::vector<std::string> fused_group(const std::string& module);

// A sentence for each group of which some members are quantized, or have an input scale, and others
// do not: serving engines refuse it.
std::vector<std::string> split_groups(std::span<const LinearSpec> linears);

// Compares the scales of linears, given one after the other, within their groups.
class FusedScales {
  public:
    // A sentence, naming both modules and both numbers, where the linear has another scale than the
    // first of its group; the scales as stored. Serving engines take one for the whole group.
    std::optional<std::string> difference(const std::string& module, float weight,
                                          const std::optional<float>& input);

  private:
    struct Seen {
        std::string module;
        float weight = 0;
        std::optional<float> input{};
    };

    std::map<std::string, Seen> seen_; // by the first name of a group
};

} // namespace fp4::checkpoints
