#include "fp4/quant/report/score_rows.hpp"

#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "fp4/quant/report/bootstrap.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// Summed per file.
enum Quantity : size_t {
    tokens,
    bytes,
    nll,
    kl,
    top1,
    nll_reference,
    nll_denominator,
    kl_denominator,
    quantities
};

// Computed from sums.
enum Value : size_t { mean_kl, kl_closed, ppl, ppl_rise, dnll, gap, gap_closed, values };

std::vector<double> statistics(std::span<const double> sums) {
    const double ppl_model = std::exp(sums[nll] / sums[tokens]);
    const double ppl_reference = std::exp(sums[nll_reference] / sums[tokens]);
    const double ppl_denominator = std::exp(sums[nll_denominator] / sums[tokens]);
    std::vector<double> out(values);
    out[mean_kl] = sums[kl] / sums[tokens];
    out[kl_closed] = 1 - sums[kl] / sums[kl_denominator];
    out[ppl] = ppl_model;
    out[ppl_rise] = ppl_model - ppl_reference;
    out[dnll] = (sums[nll] - sums[nll_denominator]) / sums[tokens];
    out[gap] = ppl_denominator - ppl_reference;
    out[gap_closed] = (ppl_denominator - ppl_model) / (ppl_denominator - ppl_reference);
    return out;
}

Status check(const EvaluatedWindows& windows, const WindowScores& scores, const std::string& name) {
    const size_t count = windows.file.size();
    for (const size_t size : {scores.nll.size(), scores.kl.size(), scores.top1.size()})
        if (size != count)
            return Error{ErrorCode::bad_shape, name + " scores: expected " + std::to_string(count) +
                                                   " windows, found " + std::to_string(size)};
    if (scores.tokens_per_window != windows.predicted_tokens)
        return Error{ErrorCode::bad_shape,
                     name + " scores: expected " + std::to_string(windows.predicted_tokens) +
                         " tokens a window, found " + std::to_string(scores.tokens_per_window)};
    return Done{};
}

Status check(const EvaluatedWindows& windows, const ScoredModels& scores) {
    const size_t count = windows.file.size();
    if (count == 0 || windows.predicted_tokens == 0 || windows.domain.size() != count ||
        windows.bytes.size() != count)
        return Error{ErrorCode::bad_shape, "windows: expected a file, a domain and bytes of each"};
    for (const uint32_t domain : windows.domain)
        if (domain >= windows.domains.size())
            return Error{ErrorCode::bad_argument, "domain: expected less than " +
                                                      std::to_string(windows.domains.size()) +
                                                      ", found " + std::to_string(domain)};
    for (const auto& domain : windows.domains)
        if (domain == all_domains)
            return Error{ErrorCode::bad_argument,
                         "domain 'all': that name stands for all domains together"};
    FP4_TRY(check(windows, scores.model, "model"));
    FP4_TRY(check(windows, scores.reference, "reference"));
    return scores.denominator ? check(windows, *scores.denominator, "denominator") : Done{};
}

// Of the windows of one domain, or of all.
FileSums sums_by_file(const EvaluatedWindows& windows, const ScoredModels& scores,
                      std::optional<uint32_t> only) {
    FileSums out{.quantities = quantities};
    std::map<std::pair<uint32_t, uint32_t>, size_t> place; // of a domain's file
    for (size_t w = 0; w < windows.file.size(); ++w) {
        if (only && windows.domain[w] != *only) continue;
        const auto [at, is_new] =
            place.try_emplace({windows.domain[w], windows.file[w]}, out.stratum.size());
        if (is_new) {
            out.stratum.push_back(windows.domain[w]);
            out.values.resize(out.values.size() + quantities);
        }
        double* sum = &out.values[at->second * quantities];
        sum[tokens] += static_cast<double>(windows.predicted_tokens);
        sum[bytes] += windows.bytes[w];
        sum[nll] += scores.model.nll[w];
        sum[kl] += scores.model.kl[w];
        sum[top1] += scores.model.top1[w];
        sum[nll_reference] += scores.reference.nll[w];
        if (scores.denominator) {
            sum[nll_denominator] += scores.denominator->nll[w];
            sum[kl_denominator] += scores.denominator->kl[w];
        }
    }
    return out;
}

std::optional<double> if_finite(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Result<Row> score_row(RowKey key, const FileSums& files, bool has_denominator,
                      const TrainingFacts& training) {
    const auto sums = total(files);
    const auto value = statistics(sums);
    FP4_TRY_ASSIGN(const auto error, bootstrap_2se(files, statistics));
    Row row{.key = std::move(key)};
    row.kl = value[mean_kl];
    row.kl_2se = if_finite(error[mean_kl]);
    row.ppl = value[ppl];
    row.ppl_2se = if_finite(error[ppl_rise]);
    row.bits_per_byte = sums[nll] / std::numbers::ln2 / sums[bytes];
    row.top1 = sums[top1] / sums[tokens];
    row.undecided = training.undecided;
    row.align_tokens = training.align_tokens;
    for (const auto& [name, number] : {std::pair{"kl", row.kl},
                                       {"ppl", row.ppl},
                                       {"bits_per_byte", row.bits_per_byte},
                                       {"top1", row.top1},
                                       {"undecided", training.undecided.value_or(0)}})
        if (!std::isfinite(number))
            return Error{ErrorCode::not_finite, row_name(row.key) + ": " + name +
                                                    ": expected a number, found " +
                                                    std::to_string(number)};
    if (!has_denominator) return row;
    row.kl_closed = if_finite(value[kl_closed]);
    row.kl_closed_2se = if_finite(error[kl_closed]);
    row.dnll_vs_rtn = if_finite(value[dnll]);
    row.dnll_vs_rtn_2se = if_finite(error[dnll]);
    if (std::abs(value[gap]) > error[gap]) { // false where the error is not known
        row.gap_closed = if_finite(value[gap_closed]);
        row.gap_closed_2se = if_finite(error[gap_closed]);
    }
    return row;
}

} // namespace

Result<std::vector<Row>> score_rows(RowKey key, const EvaluatedWindows& windows,
                                    const ScoredModels& scores, const TrainingFacts& training) {
    FP4_TRY(check(windows, scores));
    std::vector<Row> rows;
    for (uint32_t d = 0; d <= windows.domains.size(); ++d) {
        const bool all = d == windows.domains.size();
        key.domain = all ? all_domains : windows.domains[d];
        const auto files = sums_by_file(windows, scores, all ? std::nullopt : std::optional(d));
        if (files.stratum.empty()) continue; // a domain of the token file without windows
        FP4_TRY_ASSIGN(auto row, score_row(key, files, scores.denominator != nullptr, training));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace fp4::quant
