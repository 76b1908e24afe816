#include "dpi_scoreboard.hpp"

#include <cstdio>
#include <utility>

#include "fp4/formats/decode.hpp"

namespace fp4::capi {
namespace {

std::string describe(uint32_t bits) {
    char text[48];
    std::snprintf(text, sizeof text, "0x%08X (%.9g)", static_cast<unsigned>(bits),
                  static_cast<double>(Fp32{bits}.to_float()));
    return text;
}

} // namespace

void Scoreboard::Row::add(const Codes& lane_codes, uint8_t scale, fp4_format format) {
    const size_t elements = codes.size() * 2;
    const auto block = static_cast<size_t>(fp4_format_block(format)),
               scale_bytes = static_cast<size_t>(fp4_format_scale_bytes(format));
    if (elements % block / dot_lanes < scale_bytes) scales.push_back(scale);
    codes.insert(codes.end(), lane_codes.begin(), lane_codes.end());
}

void Scoreboard::add(const Codes& a, uint8_t a_scale, const Codes& b, uint8_t b_scale) {
    a_.add(a, a_scale, config_.a.format);
    b_.add(b, b_scale, config_.b.format);
}

bool Scoreboard::finish(uint32_t c_bits) {
    const Row a = std::exchange(a_, {}), b = std::exchange(b_, {});
    if (a.codes.empty()) return fail("no elements were added before the dot product was finished");
    uint32_t d_bits;
    fp4_error error;
    if (fp4_dot(&config_, a.codes.data(), a.scales.data(), b.codes.data(), b.scales.data(),
                a.codes.size() * 2, c_bits, &d_bits, &error) != FP4_OK)
        return fail(error.message);
    expected_.push_back(d_bits);
    return true;
}

bool Scoreboard::check(uint32_t got_bits) {
    const uint32_t index = checks_++;
    if (expected_.empty())
        return fail("result " + std::to_string(index) + ": none expected, found " +
                    describe(got_bits));
    const uint32_t expected_bits = expected_.front();
    expected_.pop_front();
    if (got_bits == expected_bits) return true;
    return fail("result " + std::to_string(index) + ": expected " + describe(expected_bits) +
                ", found " + describe(got_bits));
}

void Scoreboard::abandon(const char* message) {
    a_ = b_ = {};
    fail(message);
}

bool Scoreboard::fail(std::string message) {
    ++errors_;
    message_ = std::move(message);
    return false;
}

} // namespace fp4::capi
