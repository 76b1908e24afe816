// The right operand of a fast GEMM, packed once for many left ones.
#pragma once
#include <memory>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/fast/fast_options.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4 {

namespace fast {
struct Panels;
}

// Rows of B in panels of sixteen, a byte per element and four per scale, for one arithmetic
// profile. Copies share the panels.
class WeightPanels {
  public:
    // Errors: those of check_shape (named B) and choose_isa; fused steps other than four terms, 8
    // to 35 bits, cut toward zero; exact sums of scales that do not fit an int64 sum.
    static Result<WeightPanels> make(const PackedTensor& b, const Arithmetic& arithmetic,
                                     const FastOptions& options = {});

    const Arithmetic& arithmetic() const;
    // Format, specials, rows, K and outer scales of B; its codes and block scales are empty.
    const PackedTensor& header() const;

    const fast::Panels& panels() const { return *panels_; }

  private:
    explicit WeightPanels(std::shared_ptr<const fast::Panels> panels)
        : panels_(std::move(panels)) {}

    std::shared_ptr<const fast::Panels> panels_;
};

} // namespace fp4
