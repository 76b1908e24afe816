#include "fp4_dpi.hpp"

#include <algorithm>
#include <array>

#include "dpi_config.hpp"
#include "dpi_scoreboard.hpp"
#include "fp4/formats/decode.hpp"

namespace fp4::capi {
namespace {

// The first `bytes` bytes of a bit vector, on hosts of either byte order.
template <size_t bytes>
std::array<uint8_t, bytes> bytes_of(const svBitVecVal* words) {
    std::array<uint8_t, bytes> result;
    for (size_t i = 0; i < bytes; ++i)
        result[i] = static_cast<uint8_t>(words[i / 4] >> (i % 4 * 8));
    return result;
}

// Runs body(scoreboard) and returns what it returns; 0 for a NULL handle. An exception, which only
// memory can cause, counts as an error.
template <class Body>
int32_t on(void* h, Body&& body) noexcept {
    if (!h) return 0;
    auto& scoreboard = *static_cast<Scoreboard*>(h);
    try {
        return body(scoreboard);
    } catch (...) {
        scoreboard.abandon("out of memory");
        return 0;
    }
}

fp4_status read_config(const char* cfg, fp4_config& config, fp4_error* error) {
    return guarded(error, [&]() -> Status {
        if (auto status = not_null({{cfg, "cfg"}}); !status) return status;
        const auto parsed = parse_config(cfg);
        if (!parsed) return parsed.error();
        config = *parsed;
        return Done{};
    });
}

constexpr size_t lane_bytes = dot_lanes / 2;

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;

uint64_t fp4_dot16_r(const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                     uint32_t c) {
    uint32_t d;
    fp4_dpi_dot16(a, sa, b, sb, c, &d);
    return d;
}

int32_t fp4_dpi_dot16(const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                      uint32_t c, uint32_t* d) {
    const auto a_codes = bytes_of<lane_bytes>(a), b_codes = bytes_of<lane_bytes>(b);
    *d = 0;
    return fp4_dot(nullptr, a_codes.data(), &sa, b_codes.data(), &sb, fp4::dot_lanes, c, d,
                   nullptr);
}

int32_t fp4_dpi_dot(const char* cfg, uint32_t k, const svBitVecVal* a, const svBitVecVal* sa,
                    const svBitVecVal* b, const svBitVecVal* sb, uint32_t c, uint32_t* d) {
    *d = 0;
    fp4_config config;
    if (const fp4_status status = read_config(cfg, config, nullptr); status != FP4_OK)
        return status;
    if (k > 4 * fp4::dot_lanes) return FP4_BAD_SHAPE;
    const auto a_codes = bytes_of<4 * lane_bytes>(a), b_codes = bytes_of<4 * lane_bytes>(b);
    const auto a_scales = bytes_of<4>(sa), b_scales = bytes_of<4>(sb);
    return fp4_dot(&config, a_codes.data(), a_scales.data(), b_codes.data(), b_scales.data(), k, c,
                   d, nullptr);
}

int32_t fp4_dpi_decode16(const char* format, uint8_t v1_halves, uint8_t v2_halves,
                         const svBitVecVal* codes, uint8_t scale, svBitVecVal* halves) {
    for (size_t word = 0; word < fp4::dot_lanes / 4; ++word) halves[word] = 0;
    const fp4_format found = fp4_format_from_name(format);
    if (found == FP4_UNKNOWN) return FP4_UNKNOWN_NAME;
    return guarded(nullptr, [&]() -> fp4::Status {
        const fp4_operand given{found, v1_halves, v2_halves};
        const auto operand = read_operand(&given, "operand");
        if (!operand) return operand.error();
        if (auto status = one_scale_byte(operand->format); !status) return status;
        const auto bytes = bytes_of<lane_bytes>(codes);
        const auto lanes = fp4::decode_lanes(operand->format, operand->specials, scale, bytes);
        for (size_t i = 0; i < lanes.size(); ++i)
            halves[i / 4] |= static_cast<uint32_t>(static_cast<uint8_t>(lanes[i])) << (i % 4 * 8);
        return fp4::Done{};
    });
}

int32_t fp4_dpi_decode_scale(const char* format, uint8_t scale, int32_t* significand,
                             int32_t* exponent, int32_t* nan, uint32_t* fp32_bits) {
    fp4_scale decoded{};
    const fp4_format found = fp4_format_from_name(format);
    const fp4_status status =
        found == FP4_UNKNOWN ? FP4_UNKNOWN_NAME : fp4_decode_scale(found, scale, &decoded, nullptr);
    *significand = decoded.significand;
    *exponent = decoded.exponent;
    *nan = decoded.nan;
    *fp32_bits = decoded.fp32_bits;
    return status;
}

void* fp4_ref_new(const char* cfg) {
    fp4_config config;
    if (read_config(cfg, config, nullptr) != FP4_OK) return nullptr;
    try {
        return new Scoreboard(config);
    } catch (...) {
        return nullptr;
    }
}

const char* fp4_ref_new_error(const char* cfg) {
    thread_local fp4_error error; // DPI takes a string by address, after the call
    fp4_config config;
    read_config(cfg, config, &error);
    return error.message;
}

void fp4_ref_free(void* h) { delete static_cast<Scoreboard*>(h); }

int32_t fp4_ref_add(void* h, const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb) {
    return on(h, [&](Scoreboard& scoreboard) {
        scoreboard.add(bytes_of<lane_bytes>(a), sa, bytes_of<lane_bytes>(b), sb);
        return 1;
    });
}

int32_t fp4_ref_finish(void* h, uint32_t c) {
    return on(h, [&](Scoreboard& scoreboard) { return scoreboard.finish(c); });
}

int32_t fp4_ref_dot16(void* h, const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                      uint32_t c) {
    return fp4_ref_add(h, a, sa, b, sb) && fp4_ref_finish(h, c);
}

int32_t fp4_ref_dot64(void* h, const svBitVecVal* a, const svBitVecVal* sa, const svBitVecVal* b,
                      const svBitVecVal* sb, uint32_t c) {
    const auto scale_of = [](const svBitVecVal* scales, fp4_format format, size_t lane) {
        const auto lanes = static_cast<size_t>(fp4_format_block(format)) / fp4::dot_lanes,
                   bytes = static_cast<size_t>(fp4_format_scale_bytes(format));
        return static_cast<uint8_t>(
            *scales >> ((lane / lanes * bytes + std::min(lane % lanes, bytes - 1)) * 8));
    };
    for (size_t lane = 0; h && lane < 4; ++lane) {
        const fp4_config& config = static_cast<Scoreboard*>(h)->config();
        if (!fp4_ref_add(h, a + 2 * lane, scale_of(sa, config.a.format, lane), b + 2 * lane,
                         scale_of(sb, config.b.format, lane)))
            return 0;
    }
    return fp4_ref_finish(h, c);
}

int32_t fp4_ref_check(void* h, uint32_t got) {
    return on(h, [&](Scoreboard& scoreboard) { return scoreboard.check(got); });
}

uint32_t fp4_ref_checks(void* h) { return h ? static_cast<Scoreboard*>(h)->checks() : 0; }
uint32_t fp4_ref_pending(void* h) { return h ? static_cast<Scoreboard*>(h)->pending() : 0; }
uint32_t fp4_ref_errors(void* h) { return h ? static_cast<Scoreboard*>(h)->errors() : 1; }
const char* fp4_ref_message(void* h) {
    return h ? static_cast<Scoreboard*>(h)->message()
             : "the handle is null: fp4_ref_new_error says why";
}

void fp4_ref_clear(void* h) {
    on(h, [](Scoreboard& scoreboard) {
        scoreboard.clear();
        return 1;
    });
}
