#include "c_input.hpp"

#include <utility>

#include "fp4/traces/synthetic.hpp"

namespace fp4::sim {

CInput::CInput(std::optional<std::string> kind, uint64_t seed)
    : kind_(std::move(kind)), seed_(seed) {}

std::vector<Fp32> CInput::of(const traces::TraceOp& op) const {
    if (!kind_) return op.c;
    std::vector<Fp32> c;
    if (*kind_ == "random")
        for (const uint32_t bits : traces::synthetic_c_bits(seed_, op.name + ".c", op.m() * op.n()))
            c.push_back({bits});
    return c;
}

} // namespace fp4::sim
