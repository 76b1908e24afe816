#include "identify.hpp"

#include <fmt/format.h>

#include "rows.hpp"
#include "separate.hpp"
#include "separating_rows.hpp"

namespace fp4::probe {

Verdict identify(std::span<const Candidate> candidates, std::span<const kernels::ProbeRow> rows,
                 std::span<const uint32_t> d) {
    Verdict verdict;
    for (size_t i = 0; i < candidates.size(); ++i) {
        size_t same = 0;
        for (size_t row = 0; row < rows.size(); ++row)
            same += expected_of(rows[row], candidates[i].arithmetic) == d[row];
        if (same == rows.size()) verdict.agree.push_back(i);
        if (same > verdict.most) verdict.most = same, verdict.nearest = i;
    }
    return verdict;
}

std::vector<kernels::ProbeRow> probe_rows(size_t more) {
    std::vector<kernels::ProbeRow> rows(separating_rows_found.begin(), separating_rows_found.end());
    const auto pool = row_pool(2, more);
    rows.insert(rows.end(), pool.begin(), pool.end());
    return rows;
}

std::string verdict_text(const Silicon& silicon, std::span<const Candidate> candidates,
                         const Verdict& verdict, size_t rows) {
    const auto named = [&](size_t i) {
        const Candidate& candidate = candidates[i];
        return candidate.text + (candidate.arithmetic.name.empty()
                                     ? ", none of the profiles"
                                     : fmt::format(", profile {}", candidate.arithmetic.name));
    };
    if (verdict.agree.empty())
        return fmt::format(
            "{}: none of {} candidates gives all {} rows; the nearest gives {}: {}\n", silicon.gpu,
            candidates.size(), rows, verdict.most, named(verdict.nearest));
    std::string text;
    for (const size_t i : verdict.agree) text += fmt::format("{}: {}\n", silicon.gpu, named(i));
    return text + fmt::format("{} of {} candidates give all {} rows\n", verdict.agree.size(),
                              candidates.size(), rows);
}

} // namespace fp4::probe
