// Where the tensors of one op lie in memory.
#pragma once
#include <cstdint>

#include "fp4/traces/trace.hpp"

namespace fp4::sim {

// Byte addresses; every region starts on a 64-byte line.
struct OpLayout {
    struct Operand {
        uint64_t codes, scales;
    } a{}, b{};
    uint64_t c = 0, out = 0;
    uint64_t bytes = 0; // in all

    OpLayout() = default;
    OpLayout(const traces::TraceOp& op, bool use_c, uint64_t out_bytes_per_element) {
        const auto place = [&](uint64_t size) {
            const uint64_t at = bytes;
            bytes = (bytes + size + 63) / 64 * 64;
            return at;
        };
        a.codes = place(op.a.codes.size());
        a.scales = place(op.a.scales.size());
        b.codes = place(op.b.codes.size());
        b.scales = place(op.b.scales.size());
        c = place(use_c ? op.m() * op.n() * sizeof(Fp32) : 0);
        out = place(op.m() * op.n() * out_bytes_per_element);
    }
};

} // namespace fp4::sim
