// The C input of a run's ops.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/traces/trace.hpp"

namespace fp4::sim {

class CInput {
  public:
    // `kind`: that of --c, "zero" or "random"; none: the trace's own C. The seed is that of
    // "random".
    CInput(std::optional<std::string> kind, uint64_t seed);

    // M * N, or empty: +0.
    std::vector<Fp32> of(const traces::TraceOp& op) const;

    // C is the trace's own, so the D that it expects holds too.
    bool is_trace() const { return !kind_; }
    std::string name() const { return kind_.value_or("trace"); }

  private:
    std::optional<std::string> kind_;
    uint64_t seed_;
};

} // namespace fp4::sim
