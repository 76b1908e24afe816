#include <algorithm>

#include "emulation/emulate.hpp"
#include "rows.hpp"
#include "silicon.hpp"

namespace fp4::probe {

Silicon emulated_silicon(const Arithmetic& arithmetic) {
    using kernels::ProbeRow;
    const auto run = [arithmetic](std::span<const ProbeRow> rows) -> Result<std::vector<uint32_t>> {
        const kernels::Mxf4Step step = [&](const auto& a, uint32_t a_scales, const auto& b,
                                           uint32_t b_scales, uint32_t c) {
            ProbeRow row{{}, {}, a_scales, b_scales, c};
            std::ranges::copy(a, row.a);
            std::ranges::copy(b, row.b);
            return expected_of(row, arithmetic);
        };
        std::vector<uint32_t> d(rows.size(), 0xDEADBEEF);
        const kernels::Probe probe{rows.data(), d.data(), static_cast<int64_t>(rows.size())};
        if (const auto error = kernels::emulate(probe, {probe.blocks(), 1}, 1, {.mxf4_step = step});
            !error.empty())
            return Error{ErrorCode::device_failed, "emulation: " + error};
        return d;
    };
    return {"emulated", run};
}

} // namespace fp4::probe
