#include "engine_table.hpp"

#include <algorithm>
#include <array>

namespace fp4::sim {
namespace {

constexpr std::array rows{
    EngineRow{"rtl", "Verilated RTL", true, make_rtl_engine},
    EngineRow{"golden", "golden's fast path", false, make_golden_engine},
    EngineRow{"cuda", "kernels on a GPU", false, make_cuda_engine},
};

} // namespace

std::span<const EngineRow> engine_rows() { return rows; }

const EngineRow* engine_row(std::string_view name) {
    const auto row = std::ranges::find(rows, name, &EngineRow::name);
    return row == rows.end() ? nullptr : &*row;
}

} // namespace fp4::sim
