#include "fp4/encode/encode_razer_w.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& spec = spec_of(Format::razer_w);

} // namespace

RazerCodebook::RazerCodebook(int special_halves, RazerTies ties) {
    std::array<std::pair<int, uint8_t>, 16> entries;
    size_t count = 0;
    bool special_is_new = true;
    for (uint8_t c = 0; c < 16; ++c) {
        if (c == spec.sentinel) continue;
        entries[count++] = {e2m1_halves({c}), c};
        special_is_new = special_is_new && e2m1_halves({c}) != special_halves;
    }
    if (special_is_new) entries[count++] = {special_halves, static_cast<uint8_t>(spec.sentinel)};
    std::sort(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(count));
    for (size_t i = 0; i < value.size(); ++i) {
        const auto [halves, c] = entries[std::min(i, count - 1)];
        value[i] = static_cast<float>(halves) * 0.5f;
        code[i] = c;
        if (i == 0) continue;
        const float midpoint = i < count ? (value[i - 1] + value[i]) * 0.5f : INFINITY;
        const bool tie_goes_up =
            code[i - 1] != spec.sentinel &&
            code[i] % 2 == 0; // neighbors in E2M1 differ in the last bit; the sentinel is even
        boundary[i - 1] = i < count && ties == RazerTies::even && tie_goes_up
                              ? std::nextafter(midpoint, -INFINITY)
                              : midpoint;
    }
}

RazerWeightEncoder::RazerWeightEncoder(Specials specials, int e3m3_max, RazerTies ties)
    : candidates_([&] {
          const auto candidate = [&](int mag_halves, bool negative, bool second) {
              return Candidate{
                  RazerCodebook(negative ? -mag_halves : mag_halves, ties),
                  static_cast<uint8_t>(negative << spec.sign_bit | second << spec.select_bit),
                  std::max(6.0f, static_cast<float>(mag_halves) * 0.5f)};
          };
          const int v1 = specials.v1_halves, v2 = specials.v2_halves;
          return std::array{candidate(v1, false, false), candidate(v1, true, false),
                            candidate(v2, false, true), candidate(v2, true, true)};
      }()),
      largest_payload_(encode_scale(spec.scale_spec(), static_cast<float>(e3m3_max),
                                    spec.scale_spec().max_payload)) {}

EncodedBlock RazerWeightEncoder::operator()(std::span<const float, dot_lanes> x,
                                            float tensor_scale) const {
    const float smallest = scale_to_float(decode_scale(spec.scale_spec(), 1)),
                largest = scale_to_float(decode_scale(spec.scale_spec(), largest_payload_));
    std::array<float, dot_lanes> w;
    for (size_t i = 0; i < dot_lanes; ++i) w[i] = x[i] / tensor_scale;
    const float amax = amax_of(w);
    EncodedBlock best{};
    double best_error = INFINITY;
    bool first = true; // kept whatever its error: under a given tensor scale w may be infinite
    for (const auto& [codebook, selector, divisor] : candidates_) {
        const int payload = encode_scale(
            spec.scale_spec(), std::clamp(amax / divisor, smallest, largest), largest_payload_);
        const float scale = scale_to_float(decode_scale(spec.scale_spec(), payload));
        std::array<float, dot_lanes> y;
        for (size_t i = 0; i < dot_lanes; ++i) y[i] = w[i] / scale;
        const auto entry = codebook.nearest(y);
        double error = 0;
        for (size_t i = 0; i < dot_lanes; ++i) {
            const double difference =
                double{codebook.value[static_cast<size_t>(entry[i])]} * double{scale} -
                double{w[i]};
            error += difference * difference;
        }
        if (std::exchange(first, false) || error < best_error) {
            best_error = error;
            best.scale_byte = static_cast<uint8_t>(selector | payload);
            for (size_t i = 0; i < dot_lanes; ++i)
                best.codes[i] = codebook.code[static_cast<size_t>(entry[i])];
        }
    }
    return best;
}

} // namespace fp4
