#include "fp4/quant/faar/rounding_choices.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "codebooks.hpp"
#include "on_processor.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Error not_a_neighbor(uint64_t row, uint64_t column) {
    return {ErrorCode::bad_argument,
            "rounding choices: row " + std::to_string(row) + ", column " + std::to_string(column) +
                ": expected a code next to its weight, found one further away"};
}

} // namespace

Result<RoundingChoices> rounding_choices(const Tensor& w, const PackedTensor& start,
                                         Encoder encoder, const TensorScale& tensor_scale) {
    FP4_TRY(check_shape(start, "rounding choices"));
    if (w.dim() != 2 || static_cast<uint64_t>(w.size(0)) != start.rows ||
        static_cast<uint64_t>(w.size(1)) != start.k)
        return Error{ErrorCode::bad_shape,
                     "rounding choices: expected weights of the shape that was rounded, " +
                         std::to_string(start.rows) + " x " + std::to_string(start.k)};
    const Codebooks books(encoder, start.format, tensor_scale, start.specials);
    const auto weights = on_processor(w, torch::kFloat);
    RoundingChoices out{.start = start,
                        .low = torch::empty_like(weights),
                        .up = torch::empty_like(weights),
                        .position = torch::empty_like(weights),
                        .low_codes = {},
                        .up_codes = {}};
    out.low_codes.resize(start.rows * start.k);
    out.up_codes.resize(start.rows * start.k);
    const float* values = weights.data_ptr<float>();
    float *low = out.low.data_ptr<float>(), *up = out.up.data_ptr<float>(),
          *position = out.position.data_ptr<float>();
    const auto block = static_cast<uint64_t>(spec_of(start.format).block);
    std::vector<std::optional<Error>> failed(start.rows);
    at::parallel_for(0, static_cast<int64_t>(start.rows), 16, [&](int64_t first, int64_t end) {
        for (auto row = static_cast<uint64_t>(first); row < static_cast<uint64_t>(end); ++row)
            for (uint64_t column = 0; column < start.k; ++column) {
                const uint64_t i = row * start.k + column;
                const uint8_t scale_byte =
                    start.scales[row * start.scale_bytes_per_row() + column / block];
                const uint8_t code =
                    start.codes[row * start.code_bytes_per_row() + column / 2] >> (column % 2 * 4) &
                    15;
                const Interval between = books.interval(values[i], scale_byte);
                low[i] = between.low.value, up[i] = between.up.value,
                position[i] = between.position;
                out.low_codes[i] = between.low.code, out.up_codes[i] = between.up.code;
                if (between.empty()) {
                    out.low_codes[i] = out.up_codes[i] = code;
                    continue;
                }
                if (code != between.low.code && code != between.up.code) {
                    failed[row] = not_a_neighbor(row, column);
                    return;
                }
                if (code == between.up.code) position[i] = std::max(position[i], 0.5F);
                if (code == between.low.code)
                    position[i] = std::min(position[i], std::nextafter(0.5F, 0.0F));
            }
    });
    for (const auto& error : failed)
        if (error) return *error;
    return out;
}

RoundingChoices to_device(RoundingChoices choices, const torch::Device& device) {
    for (Tensor* each : {&choices.low, &choices.up, &choices.position}) *each = each->to(device);
    return choices;
}

PackedTensor hardened(const RoundingChoices& choices, const Tensor& v) {
    const auto positions = on_processor(v, torch::kFloat);
    const float* at = positions.data_ptr<float>();
    PackedTensor out = choices.start;
    std::ranges::fill(out.codes, uint8_t{0});
    for (uint64_t row = 0; row < out.rows; ++row)
        for (uint64_t column = 0; column < out.k; ++column) {
            const uint64_t i = row * out.k + column;
            const uint8_t code = at[i] >= 0.5F ? choices.up_codes[i] : choices.low_codes[i];
            out.codes[row * out.code_bytes_per_row() + column / 2] |=
                static_cast<uint8_t>(code << (column % 2 * 4));
        }
    return out;
}

Tensor hardened_values(const RoundingChoices& choices, const Tensor& v) {
    return torch::where(v.to(choices.low.device()) >= 0.5, choices.up, choices.low);
}

} // namespace fp4::quant
