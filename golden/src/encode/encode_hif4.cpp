#include <cmath>

#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& format = spec_of(Format::hif4);
constexpr float seventh = 0x1.24p-3f; // 1/7 in bfloat16

} // namespace

// Arithmetic on bfloat16 x is that of the published operator; on others products are rounded to
// binary32.
ScaleRecord encode_block_hif4(std::span<const float, 64> x, std::span<uint8_t, 64> codes) {
    const float amax = amax_of(x);
    if (amax == 0) {
        for (size_t i = 0; i < x.size(); ++i) codes[i] = 0;
        return 0;
    }
    const int payload =
        encode_scale(format.scale_spec(), round_to_bf16(amax * seventh), format.encode_max);
    const float reciprocal =
        round_to_bf16(1.0f / scale_to_float(decode_scale(format.scale_spec(), payload)));
    auto record = static_cast<ScaleRecord>(payload);
    const auto set = [&](int byte, int i) { record |= ScaleRecord{1} << (8 * byte + 7 - i % 8); };
    for (int i = 0; i < 8; ++i)
        if (amax_of(x.subspan(static_cast<size_t>(8 * i), 8)) * reciprocal >= 4) set(1, i);
    for (int i = 0; i < 16; ++i) {
        const auto factor = static_cast<float>(format.sub_block_factor(record, 4 * i));
        const float largest = amax_of(x.subspan(static_cast<size_t>(4 * i), 4)) * reciprocal;
        if (largest / factor >= 2) set(2 + i / 8, i);
    }
    for (int i = 0; i < format.block; ++i) {
        const auto at = static_cast<size_t>(i);
        const auto factor = static_cast<double>(format.sub_block_factor(record, i));
        const double quarters = double{std::fabs(x[at]) * reciprocal} / factor * 4;
        const auto magnitude = static_cast<uint8_t>(std::fmin(std::floor(quarters + 0.5), 7));
        codes[at] = static_cast<uint8_t>(magnitude | (std::signbit(x[at]) ? 8 : 0));
    }
    return record;
}

} // namespace fp4
