#include "fp4/quant/faar/rounding_choices.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "fp4/encode_element.hpp"

namespace fp4::quant {
namespace {

struct Choice {
    float value;
    uint8_t code;
};

// The values of a block's codebook in rising order, one code each; zero is code 0 here.
using Codebook = std::vector<Choice>;

class Codebooks {
  public:
    Codebooks(Encoder encoder, const PackedTensor& start, const TensorScale& tensor_scale) : elements_(encoder, start.format, tensor_scale, start.specials) {
        std::array<bool, 256> used{};
        for (const uint8_t byte : start.scales) used[byte] = true;
        for (size_t byte = 0; byte < used.size(); ++byte)
            if (used[byte]) books_[byte] = make(static_cast<uint8_t>(byte));
    }

    const Codebook& of(uint8_t scale_byte) const { return books_[scale_byte]; }

    // What the encoder makes of a weight of this sign that rounds to zero.
    uint8_t zero_code(float w, uint8_t scale_byte) const { return elements_.encode(w == 0 ? w : std::copysign(std::numeric_limits<float>::min(), w), scale_byte).code; }

  private:
    Codebook make(uint8_t scale_byte) const {
        Codebook book;
        for (uint8_t code = 0; code < 16; ++code) {
            const float value = elements_.value({code}, scale_byte);
            if (std::isfinite(value) && std::ranges::none_of(book, [&](const Choice& each) { return each.value == value; })) book.push_back({value, code});
        }
        std::ranges::sort(book, {}, &Choice::value);
        return book;
    }

    ElementEncoder elements_;
    std::array<Codebook, 256> books_;
};

struct Interval {
    Choice low, up;
    float position;
};

// Where w lies in a codebook of at least two values.
Interval interval_of(const Codebook& book, float w) {
    const size_t last = book.size() - 1;
    auto above = static_cast<size_t>(std::ranges::lower_bound(book, w, {}, &Choice::value) - book.begin()); // the first value not below w
    if (above <= last && book[above].value == w && w >= 0 && above < last) ++above;                         // on a value: the interval away from zero
    above = std::clamp<size_t>(above, 1, last);
    const Choice low = book[above - 1], up = book[above];
    const double position = (double{w} - low.value) / (double{up.value} - low.value);
    return {low, up, static_cast<float>(std::clamp(position, 0.0, 1.0))};
}

Error not_a_neighbour(uint64_t row, uint64_t column) {
    return {ErrorCode::bad_argument,
            "rounding choices: row " + std::to_string(row) + ", column " + std::to_string(column) + ": expected a code next to its weight, found one further away"};
}

} // namespace

Result<RoundingChoices> rounding_choices(const Tensor& w, const PackedTensor& start, Encoder encoder, const TensorScale& tensor_scale) {
    if (auto status = check_shape(start, "rounding choices"); !status) return status.error();
    if (w.dim() != 2 || static_cast<uint64_t>(w.size(0)) != start.rows || static_cast<uint64_t>(w.size(1)) != start.k)
        return Error{ErrorCode::bad_shape,
                     "rounding choices: expected weights of the shape that was rounded, " + std::to_string(start.rows) + " x " + std::to_string(start.k)};
    const Codebooks books(encoder, start, tensor_scale);
    const auto weights = w.to(torch::kCPU, torch::kFloat).contiguous();
    RoundingChoices out{
        .start = start, .low = torch::empty_like(weights), .up = torch::empty_like(weights), .position = torch::empty_like(weights), .low_codes = {}, .up_codes = {}};
    out.low_codes.resize(start.rows * start.k);
    out.up_codes.resize(start.rows * start.k);
    const float* values = weights.data_ptr<float>();
    float *low = out.low.data_ptr<float>(), *up = out.up.data_ptr<float>(), *position = out.position.data_ptr<float>();
    const auto block = static_cast<uint64_t>(spec_of(start.format).block);
    std::vector<std::optional<Error>> failed(start.rows);
    at::parallel_for(0, static_cast<int64_t>(start.rows), 16, [&](int64_t first, int64_t end) {
        for (auto row = static_cast<uint64_t>(first); row < static_cast<uint64_t>(end); ++row)
            for (uint64_t column = 0; column < start.k; ++column) {
                const uint64_t i = row * start.k + column;
                const uint8_t scale_byte = start.scales[row * start.scale_bytes_per_row() + column / block];
                const uint8_t code = start.codes[row * start.code_bytes_per_row() + column / 2] >> (column % 2 * 4) & 15;
                const Codebook& book = books.of(scale_byte);
                if (book.size() < 2) { // every code is zero
                    low[i] = up[i] = position[i] = 0;
                    out.low_codes[i] = out.up_codes[i] = code;
                    continue;
                }
                auto [lower, upper, v] = interval_of(book, values[i]);
                for (Choice* each : {&lower, &upper})
                    if (each->value == 0) each->code = books.zero_code(values[i], scale_byte);
                if (code != lower.code && code != upper.code) {
                    failed[row] = not_a_neighbour(row, column);
                    return;
                }
                if (code == upper.code) v = std::max(v, 0.5F);
                if (code == lower.code) v = std::min(v, std::nextafter(0.5F, 0.0F));
                low[i] = lower.value, up[i] = upper.value, position[i] = v;
                out.low_codes[i] = lower.code, out.up_codes[i] = upper.code;
            }
    });
    for (const auto& error : failed)
        if (error) return *error;
    return out;
}

PackedTensor hardened(const RoundingChoices& choices, const Tensor& v) {
    const auto positions = v.to(torch::kCPU, torch::kFloat).contiguous();
    const float* at = positions.data_ptr<float>();
    PackedTensor out = choices.start;
    std::ranges::fill(out.codes, uint8_t{0});
    for (uint64_t row = 0; row < out.rows; ++row)
        for (uint64_t column = 0; column < out.k; ++column) {
            const uint64_t i = row * out.k + column;
            const uint8_t code = at[i] >= 0.5F ? choices.up_codes[i] : choices.low_codes[i];
            out.codes[row * out.code_bytes_per_row() + column / 2] |= static_cast<uint8_t>(code << (column % 2 * 4));
        }
    return out;
}

Tensor hardened_values(const RoundingChoices& choices, const Tensor& v) { return torch::where(v >= 0.5, choices.up, choices.low); }

} // namespace fp4::quant
