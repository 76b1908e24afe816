// What stands behind a handle of fp4_dpi.svh: operands that are being collected, expected results
// in order, and the tally.
#pragma once
#include <array>
#include <deque>
#include <string>
#include <vector>

#include "fp4.h"
#include "fp4/formats/format.hpp"

namespace fp4::capi {

class Scoreboard {
  public:
    explicit Scoreboard(const fp4_config& config) : config_(config) {}

    using Codes = std::array<uint8_t, dot_lanes / 2>;

    // Sixteen elements of A and of B; scale byte i of a block comes with its i-th sixteen.
    void add(const Codes& a, uint8_t a_scale, const Codes& b, uint8_t b_scale);
    // The dot product of what was added + C becomes an expected result; false where that is not
    // possible (K, memory).
    bool finish(uint32_t c_bits);
    // False where `got` is not the oldest expected result.
    bool check(uint32_t got_bits);
    // Drops what was added and counts an error.
    void abandon(const char* message);
    void clear() { *this = Scoreboard(config_); }

    const fp4_config& config() const { return config_; }

    uint32_t checks() const { return checks_; }
    uint32_t errors() const { return errors_; }
    uint32_t pending() const { return static_cast<uint32_t>(expected_.size()); }
    const char* message() const { return message_.c_str(); }

  private:
    struct Row {
        std::vector<uint8_t> codes, scales;
        void add(const Codes& lane_codes, uint8_t scale, fp4_format format);
    };
    bool fail(std::string message);

    fp4_config config_;
    Row a_, b_;
    std::deque<uint32_t> expected_;
    uint32_t checks_ = 0, errors_ = 0;
    std::string message_;
};

} // namespace fp4::capi
