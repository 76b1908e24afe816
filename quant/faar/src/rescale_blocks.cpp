#include "fp4/quant/faar/rescale_blocks.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <vector>

#include "codebooks.hpp"
#include "on_processor.hpp"
#include "fp4/try.hpp"

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

// Inside a parallel region neither LibTorch nor its BLAS takes further threads, which would make
// products as small as a block's slower.
void without_further_threads(const std::function<void()>& work) {
    at::parallel_for(0, 2, 1, [&](int64_t first, int64_t) {
        const torch::NoGradGuard no_grad;
        if (first == 0) work();
    });
}

class Rescaling {
  public:
    Rescaling(const Tensor& w, const RoundingChoices& choices, const Tensor& v, Encoder encoder,
              const TensorScale& tensor_scale, const OutputLoss& loss,
              const RescaleOptions& options)
        : books_(encoder, choices.start.format, tensor_scale, choices.start.specials),
          start_(choices.start), w_(on_processor(w, torch::kFloat)),
          values_(on_processor(hardened_values(choices, v), torch::kDouble)),
          moments_(on_processor(loss.moments().quantized, torch::kDouble)),
          curvature_(loss.curvature()),
          residual_(on_processor(OutputLoss(loss.moments())
                                     .half_gradient(w.to(torch::kDouble),
                                                    hardened_values(choices, v).to(torch::kDouble)),
                                 torch::kDouble)) {
        if (curvature_.defined()) curvature_ = on_processor(curvature_, torch::kDouble);
        for (size_t byte = 0; byte < bytes_near_.size(); ++byte)
            bytes_near_[byte] = bytes_near(static_cast<uint8_t>(byte), options);
    }

    void run() {
        if (curvature_.defined()) {
            for (int64_t column = 0; column < values_.size(1); column += width)
                rescale_column(column);
        } else { // rows have nothing to do with each other
            at::parallel_for(0, values_.size(0), 1, [&](int64_t first, int64_t end) {
                const torch::NoGradGuard no_grad;
                for (int64_t row = first; row < end; ++row)
                    for (int64_t column = 0; column < values_.size(1); column += width)
                        rescale_block(row, column,
                                      residual_.data_ptr<double>() + row * values_.size(1) + column,
                                      1);
            });
        }
    }

    // Rounded to nearest under the bytes that were chosen.
    PackedTensor start() const {
        PackedTensor out = start_;
        std::ranges::fill(out.codes, uint8_t{0});
        const auto w = w_.accessor<float, 2>();
        for (int64_t row = 0; row < w.size(0); ++row)
            for (int64_t i = 0; i < w.size(1); ++i) {
                const uint8_t code = books_.nearest(w[row][i], start_.scales[scale_at(row, i)]);
                out.codes[static_cast<uint64_t>(row) * out.code_bytes_per_row() +
                          static_cast<uint64_t>(i) / 2] |=
                    static_cast<uint8_t>(code << (i % 2 * 4));
            }
        return out;
    }

    const Tensor& values() const { return values_; }
    uint64_t blocks() const { return blocks_; }

  private:
    std::vector<uint8_t> bytes_near(uint8_t byte, const RescaleOptions& options) const {
        std::vector<uint8_t> out;
        const double now = books_.code_7(byte);
        for (size_t other = 0; other < 256 && now > 0; ++other) {
            const double ratio = books_.code_7(static_cast<uint8_t>(other)) / now;
            if (ratio >= options.least && ratio <= options.largest)
                out.push_back(static_cast<uint8_t>(other));
        }
        return out;
    }

    uint64_t scale_at(int64_t row, int64_t column) const {
        return static_cast<uint64_t>(row) * start_.scale_bytes_per_row() +
               static_cast<uint64_t>(column / width);
    }

    // Half the gradient by a block of columns is kept up to date over the rows that follow; of the
    // other columns only the residual is.
    void rescale_column(int64_t column) {
        auto gradient = torch::mm(curvature_, residual_.narrow(1, column, width).contiguous());
        const int64_t rows = values_.size(0);
        without_further_threads([&] {
            for (int64_t row = 0; row < rows; ++row) {
                const auto g = curvature_[row]; // symmetric: a row is a column
                const auto change =
                    rescale_block(row, column, gradient.data_ptr<double>() + row * width,
                                  g.data_ptr<double>()[row]);
                if (change.defined())
                    gradient.narrow(0, row + 1, rows - row - 1)
                        .addr_(g.narrow(0, row + 1, rows - row - 1),
                               change.narrow(0, column, width));
            }
        });
    }

    // What the residual of the row changes by; undefined: the block stays.
    Tensor rescale_block(int64_t row, int64_t column, const double* half_gradient,
                         double own_curvature) {
        const double* s = moments_.data_ptr<double>() + column * moments_.size(1) + column;
        BlockLoss loss;
        for (size_t i = 0; i < width; ++i) {
            loss.half_gradient[i] = half_gradient[i];
            for (size_t j = 0; j < width; ++j)
                loss.moments[i][j] =
                    own_curvature *
                    s[static_cast<int64_t>(i) * moments_.size(1) + static_cast<int64_t>(j)];
        }
        const auto best = best_trial(row, column, loss);
        return best.cost < 0 ? take(row, column, best) : Tensor();
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
        std::array<double, width> other{},
            half_gradient = loss.half_gradient; // at the trial's values
        for (size_t i = 0; i < width; ++i) {
            const auto between = books_.neighbors(w[i], byte);
            const bool up = between.position >= 0.5F;
            out.value[i] = up ? between.up.value : between.low.value;
            other[i] = up ? between.low.value : between.up.value;
            for (size_t j = 0; j < width; ++j)
                half_gradient[j] += loss.moments[i][j] * (out.value[i] - now[i]);
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
        for (size_t i = 0; i < width; ++i)
            out.cost += (out.value[i] - now[i]) * (loss.half_gradient[i] + half_gradient[i]);
        return out;
    }

    Tensor take(int64_t row, int64_t column, const Trial& trial) {
        uint8_t& byte = start_.scales[scale_at(row, column)];
        blocks_ += byte != trial.scale_byte;
        byte = trial.scale_byte;
        double* values = values_.data_ptr<double>() + row * values_.size(1) + column;
        std::array<double, width> step{};
        for (size_t i = 0; i < width; ++i) {
            step[i] = trial.value[i] - values[i];
            values[i] += step[i];
        }
        auto change =
            torch::mv(moments_.narrow(0, column, width).t(),
                      torch::from_blob(step.data(), {width}, torch::kDouble)); // symmetric
        residual_[row] += change;
        return change;
    }

    Codebooks books_;
    PackedTensor start_;
    Tensor w_, values_, moments_, curvature_, residual_;
    std::array<std::vector<uint8_t>, 256> bytes_near_;
    std::atomic<uint64_t> blocks_ = 0;
};

} // namespace

Result<RescaleResult> rescale_blocks(const Tensor& w, const RoundingChoices& choices,
                                     const Tensor& v, Encoder encoder,
                                     const TensorScale& tensor_scale, const OutputLoss& loss,
                                     const RescaleOptions& options) {
    const torch::NoGradGuard no_grad;
    Rescaling rescaling(w, choices, v, encoder, tensor_scale, loss, options);
    rescaling.run();
    FP4_TRY_ASSIGN(auto made, rounding_choices(w, rescaling.start(), encoder, tensor_scale));
    auto up = (rescaling.values() == made.up.to(torch::kDouble)).to(torch::kFloat);
    return RescaleResult{to_device(std::move(made), w.device()), up.to(w.device()),
                         rescaling.blocks()};
}

} // namespace fp4::quant
