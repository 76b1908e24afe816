#include "fp4/quant/faar/rescale_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "codebooks.hpp"
#include "on_processor.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t width = 16; // of a block

// A block under one scale byte.
struct Trial {
    uint8_t scale_byte = 0;
    std::array<double, width> value{};
    double cost = 0; // beside what the block has now
};

// What a block's loss depends on: a change d of its values costs d (2 half_gradient + moments d).
struct BlockLoss {
    std::array<double, width> half_gradient{};
    std::array<std::array<double, width>, width> moments{}; // times the row's own curvature
};

class Rescaling {
  public:
    Rescaling(const Tensor& w, const RoundingChoices& choices, const Tensor& v, Encoder encoder, const TensorScale& tensor_scale, const OutputLoss& loss,
              const RescaleOptions& options)
        : books_(encoder, choices.start.format, tensor_scale, choices.start.specials), start_(choices.start), w_(on_processor(w, torch::kFloat)),
          values_(on_processor(hardened_values(choices, v), torch::kDouble)), moments_(on_processor(loss.moments().quantised, torch::kDouble)),
          curvature_(loss.curvature()),
          residual_(on_processor(OutputLoss(loss.moments()).half_gradient(w.to(torch::kDouble), hardened_values(choices, v).to(torch::kDouble)), torch::kDouble)) {
        if (curvature_.defined()) curvature_ = on_processor(curvature_, torch::kDouble);
        for (size_t byte = 0; byte < bytes_near_.size(); ++byte) bytes_near_[byte] = bytes_near(static_cast<uint8_t>(byte), options);
    }

    void run() {
        for (int64_t column = 0; column < values_.size(1); column += width) rescale_column(column);
    }

    // Rounded to nearest under the bytes that were chosen.
    PackedTensor start() const {
        PackedTensor out = start_;
        std::ranges::fill(out.codes, uint8_t{0});
        const auto w = w_.accessor<float, 2>();
        for (int64_t row = 0; row < w.size(0); ++row)
            for (int64_t i = 0; i < w.size(1); ++i) {
                const uint8_t code = books_.nearest(w[row][i], start_.scales[scale_at(row, i)]);
                out.codes[static_cast<uint64_t>(row) * out.code_bytes_per_row() + static_cast<uint64_t>(i) / 2] |= static_cast<uint8_t>(code << (i % 2 * 4));
            }
        return out;
    }

    const Tensor& values() const { return values_; }
    uint64_t blocks() const { return blocks_; }

  private:
    std::vector<uint8_t> bytes_near(uint8_t byte, const RescaleOptions& options) const {
        std::vector<uint8_t> out;
        const double now = books_.six(byte);
        for (size_t other = 0; other < 256 && now > 0; ++other) {
            const double ratio = books_.six(static_cast<uint8_t>(other)) / now;
            if (ratio >= options.least && ratio <= options.largest) out.push_back(static_cast<uint8_t>(other));
        }
        return out;
    }

    uint64_t scale_at(int64_t row, int64_t column) const { return static_cast<uint64_t>(row) * start_.scale_bytes_per_row() + static_cast<uint64_t>(column / width); }

    // Half the gradient by a block of columns is kept up to date over its rows; of the other columns only the residual is.
    void rescale_column(int64_t column) {
        auto gradient = residual_.narrow(1, column, width).contiguous();
        if (curvature_.defined()) gradient = torch::mm(curvature_, gradient);
        auto at = gradient.accessor<double, 2>();
        const auto s = moments_.accessor<double, 2>();
        BlockLoss loss;
        for (int64_t row = 0; row < values_.size(0); ++row) {
            const double own = curvature_.defined() ? curvature_.data_ptr<double>()[row * values_.size(0) + row] : 1;
            for (int64_t i = 0; i < width; ++i) {
                loss.half_gradient[static_cast<size_t>(i)] = at[row][i];
                for (int64_t j = 0; j < width; ++j) loss.moments[static_cast<size_t>(i)][static_cast<size_t>(j)] = own * s[column + i][column + j];
            }
            if (const auto best = best_trial(row, column, loss); best.cost < 0) take(row, column, best, gradient);
        }
    }

    Trial best_trial(int64_t row, int64_t column, const BlockLoss& loss) const {
        const uint8_t now = start_.scales[scale_at(row, column)];
        Trial best{.scale_byte = now};
        for (const uint8_t byte : bytes_near_[now]) {
            const auto trial = trial_of(row, column, byte, loss);
            if (trial.cost < best.cost) best = trial;
        }
        return best;
    }

    Trial trial_of(int64_t row, int64_t column, uint8_t byte, const BlockLoss& loss) const {
        const float* w = w_.data_ptr<float>() + row * w_.size(1) + column;
        const double* now = values_.data_ptr<double>() + row * w_.size(1) + column;
        Trial out{.scale_byte = byte};
        std::array<double, width> other{}, half_gradient = loss.half_gradient; // at the trial's values
        for (size_t i = 0; i < width; ++i) {
            const auto between = books_.neighbours(w[i], byte);
            const bool up = between.position >= 0.5F;
            out.value[i] = up ? between.up.value : between.low.value;
            other[i] = up ? between.low.value : between.up.value;
            for (size_t j = 0; j < width; ++j) half_gradient[j] += loss.moments[i][j] * (out.value[i] - now[i]);
        }
        for (int pass = 0, flips = 1; pass < 4 && flips > 0; ++pass) {
            flips = 0;
            for (size_t i = 0; i < width; ++i) {
                const double step = other[i] - out.value[i];
                if (step * (2 * half_gradient[i] + step * loss.moments[i][i]) >= 0) continue;
                for (size_t j = 0; j < width; ++j) half_gradient[j] += loss.moments[i][j] * step;
                std::swap(other[i], out.value[i]);
                ++flips;
            }
        }
        for (size_t i = 0; i < width; ++i) out.cost += (out.value[i] - now[i]) * (loss.half_gradient[i] + half_gradient[i]);
        return out;
    }

    void take(int64_t row, int64_t column, const Trial& trial, Tensor& gradient) {
        uint8_t& byte = start_.scales[scale_at(row, column)];
        blocks_ += byte != trial.scale_byte;
        byte = trial.scale_byte;
        auto values = values_[row].narrow(0, column, width);
        const auto step = torch::tensor(at::ArrayRef<double>(trial.value.data(), width), torch::kDouble) - values;
        values += step;
        const auto by_input = torch::mv(moments_.narrow(0, column, width).t(), step); // symmetric
        residual_[row] += by_input;
        if (curvature_.defined()) gradient.addr_(curvature_[row], by_input.narrow(0, column, width)); // symmetric
    }

    Codebooks books_;
    PackedTensor start_;
    Tensor w_, values_, moments_, curvature_, residual_;
    std::array<std::vector<uint8_t>, 256> bytes_near_;
    uint64_t blocks_ = 0;
};

} // namespace

Result<RescaleResult> rescale_blocks(const Tensor& w, const RoundingChoices& choices, const Tensor& v, Encoder encoder, const TensorScale& tensor_scale,
                                     const OutputLoss& loss, const RescaleOptions& options) {
    const torch::NoGradGuard no_grad;
    Rescaling rescaling(w, choices, v, encoder, tensor_scale, loss, options);
    rescaling.run();
    auto made = rounding_choices(w, rescaling.start(), encoder, tensor_scale);
    if (!made) return made.error();
    auto up = (rescaling.values() == made->up.to(torch::kDouble)).to(torch::kFloat);
    return RescaleResult{to_device(std::move(*made), w.device()), up.to(w.device()), rescaling.blocks()};
}

} // namespace fp4::quant
