// What is kept of a training of roundings, to be drawn and to be gone on with.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

// A step of one linear's training: soft losses over that of rounding to nearest.
struct RoundingPoint {
    int64_t step = 0;
    double loss = 0, rounding_loss = 0, undecided = 0;

    bool operator==(const RoundingPoint&) const = default;
};

// Losses over that of rounding to nearest.
struct LinearLog {
    uint32_t layer = 0;
    std::string linear; // q, k, ...
    double loss_soft = 1, loss_hardened = 1, loss_flipped = 1, loss = 1;
    double undecided = 0;
    uint64_t flips = 0;
    double seconds = 0;
    std::vector<RoundingPoint> curve;

    bool operator==(const LinearLog&) const = default;
};

// Means over the steps since the point before.
struct AlignmentPoint {
    int64_t step = 0; // steps done
    double kl = 0, hidden_mse = 0, rounding_loss = 0, undecided = 0, seconds = 0;

    bool operator==(const AlignmentPoint&) const = default;
};

struct TrainingLog {
    std::string name; // of the model that was made
    std::vector<LinearLog> linears;
    std::vector<AlignmentPoint> alignment;

    bool operator==(const TrainingLog&) const = default;
};

std::string training_log_json(const TrainingLog& log);

// bad_file for anything else than what training_log_json writes.
Result<TrainingLog> parse_training_log(std::string_view text, std::string_view file_name);

} // namespace fp4::quant
