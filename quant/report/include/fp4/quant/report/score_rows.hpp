// From window scores to rows of the table.
#pragma once
#include <optional>
#include <vector>

#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/report/evaluated_windows.hpp"
#include "fp4/quant/report/row.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct ScoredModels {
    const WindowScores& model;
    const WindowScores& reference; // BF16 weights, FP32 arithmetic
    const WindowScores*
        denominator; // of the row denominator_of(key); null for the reference itself
};

// Of rows whose roundings were trained.
struct TrainingFacts {
    std::optional<double> undecided;
    std::optional<double> align_tokens;
};

// One row for all domains together (files are resampled within their domain) and one per domain;
// key.domain is ignored. gap_closed is null where the denominator's gap to the reference is within
// 2 SE of 0. bad_shape: scores that are not of these windows; bad_argument: an index out of range,
// a domain called "all"; not_finite: a value of the row that is no number.
Result<std::vector<Row>> score_rows(RowKey key, const EvaluatedWindows& windows,
                                    const ScoredModels& scores, const TrainingFacts& training = {});

} // namespace fp4::quant
