// Scores of finished rows on the disk, so that an interrupted table goes on where it was.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

class ScoreStore {
  public:
    // `fingerprint`: of model, tokens and whatever else scores depend on.
    ScoreStore(std::filesystem::path folder, std::string fingerprint)
        : folder_(std::move(folder)), fingerprint_(std::move(fingerprint)) {}

    // Nothing where the row is not there or was scored from something else.
    std::optional<WindowScores> find(const std::string& row) const;
    Status save(const std::string& row, const WindowScores& scores) const;

  private:
    std::filesystem::path path_of(const std::string& row) const;

    std::filesystem::path folder_;
    std::string fingerprint_;
};

} // namespace fp4::quant
