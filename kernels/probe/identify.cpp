#include "identify.hpp"

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
                                     : ", profile " + std::string(candidate.arithmetic.name));
    };
    const std::string of = std::to_string(candidates.size()) + " candidates",
                      all = "all " + std::to_string(rows) + " rows";
    if (verdict.agree.empty())
        return silicon.gpu + ": none of " + of + " gives " + all + "; the nearest gives " +
               std::to_string(verdict.most) + ": " + named(verdict.nearest) + "\n";
    std::string text;
    for (const size_t i : verdict.agree) text += silicon.gpu + ": " + named(i) + "\n";
    return text + std::to_string(verdict.agree.size()) + " of " + of + " give " + all + "\n";
}

} // namespace fp4::probe
