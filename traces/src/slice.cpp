#include "fp4/traces/slice.hpp"

#include <algorithm>

namespace fp4::traces {
namespace {

std::vector<Fp32> rows_of_scales(const PackedTensor& t, Slice rows) {
    if (t.row_scales.empty()) return {};
    const auto part = std::span(t.row_scales).subspan(rows.first, rows.count);
    return {part.begin(), part.end()};
}

PackedTensor slice_rows(const PackedTensor& t, Slice rows) {
    const auto part = [&](const std::vector<uint8_t>& bytes, uint64_t per_row) {
        const auto begin = bytes.begin() + static_cast<ptrdiff_t>(rows.first * per_row);
        return std::vector<uint8_t>(begin, begin + static_cast<ptrdiff_t>(rows.count * per_row));
    };
    return {OperandFormat(t),
            rows.count,
            t.k,
            part(t.codes, t.code_bytes_per_row()),
            part(t.scales, t.scale_bytes_per_row()),
            t.tensor_scale,
            rows_of_scales(t, rows)};
}

} // namespace

TraceOp slice_op(const TraceOp& op, Slice m, Slice n, std::span<const Fp32> c) {
    m.count = std::min(m.count, op.m() - m.first);
    n.count = std::min(n.count, op.n() - n.first);
    TraceOp out{op.name, slice_rows(op.a, m), slice_rows(op.b, n), {}, {}};
    if (!c.empty())
        for (uint64_t row = m.first; row < m.first + m.count; ++row) {
            const auto part = c.subspan(row * op.n() + n.first, n.count);
            out.c.insert(out.c.end(), part.begin(), part.end());
        }
    return out;
}

} // namespace fp4::traces
