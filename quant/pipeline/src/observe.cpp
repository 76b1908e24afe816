#include "fp4/quant/pipeline/observe.hpp"

#include <algorithm>

#include "fp4/quant/model/linear_failed.hpp"

namespace fp4::quant {
namespace {

class InputObserver {
  public:
    InputObserver(const ObserveOptions& options, int64_t expected_rows) : options_(options) {
        if (options.sample_rows > 0)
            stride_ = std::max<int64_t>(1, expected_rows / options.sample_rows);
    }

    void add(const Tensor& input) {
        const auto rows = input.reshape({-1, input.size(-1)});
        const auto magnitude = rows.abs();
        const auto largest = std::get<0>(magnitude.max(0));
        statistics_.channel_max =
            statistics_.rows == 0 ? largest : torch::maximum(statistics_.channel_max, largest);
        const auto sum = magnitude.sum(0, false, torch::kDouble);
        magnitude_sum_ = statistics_.rows == 0 ? sum : magnitude_sum_ + sum;
        if (options_.gram) add_gram(rows);
        if (stride_ > 0) add_sample(rows);
        statistics_.rows += rows.size(0);
    }

    InputStatistics finish() {
        statistics_.channel_mean =
            (magnitude_sum_ / static_cast<double>(statistics_.rows)).to(torch::kFloat);
        if (stride_ > 0) statistics_.sample = torch::cat(sample_);
        return std::move(statistics_);
    }

  private:
    // A chunk in float32, chunks in double.
    void add_gram(const Tensor& rows) {
        if (!statistics_.gram.defined())
            statistics_.gram =
                torch::zeros({rows.size(1), rows.size(1)}, rows.options().dtype(torch::kDouble));
        statistics_.gram += torch::mm(rows.t(), rows);
    }

    void add_sample(const Tensor& rows) {
        for (int64_t row = (stride_ - statistics_.rows % stride_) % stride_;
             row < rows.size(0) && taken_ < options_.sample_rows; row += stride_, ++taken_)
            sample_.push_back(rows.narrow(0, row, 1).clone());
    }

    const ObserveOptions& options_;
    InputStatistics statistics_;
    Tensor magnitude_sum_;
    std::vector<Tensor> sample_;
    int64_t stride_ = 0, taken_ = 0;
};

int64_t rows_of(const ResidualStream& stream) {
    int64_t rows = 0;
    for (const Tensor& chunk : stream) rows += chunk.size(0) * chunk.size(1);
    return rows;
}

} // namespace

ResidualStream embedded(const CausalLm& model, const Tensor& windows, int64_t windows_at_once) {
    torch::NoGradGuard no_grad;
    ResidualStream stream;
    for (const Tensor& some : windows.split(windows_at_once))
        stream.push_back(torch::embedding(model.embed_tokens,
                                          some.to(model.embed_tokens.device(), torch::kLong)));
    return stream;
}

Result<std::array<InputStatistics, 4>>
observe_inputs(const ResidualStream& stream, const LayerModel& layer, const DecoderConfig& config,
               const RopeTable& rope, const ObserveOptions& options) {
    torch::NoGradGuard no_grad;
    std::vector<InputObserver> observers(linear_groups.size(),
                                         InputObserver(options, rows_of(stream)));
    const GroupFunction observing = [&](LinearGroup group, const Tensor& input) {
        Tensor observed = input;
        if (options.transform) {
            auto transformed = options.transform(group, input);
            if (!transformed) throw LinearFailed(transformed.error());
            observed = std::move(*transformed);
        }
        observers[static_cast<size_t>(group)].add(observed);
        return layer.linears(group, input);
    };
    try {
        for (const Tensor& chunk : stream)
            decoder_layer(chunk, layer.weights, config, rope, observing);
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    std::array<InputStatistics, 4> out;
    for (const LinearGroup group : linear_groups) {
        auto& statistics = out[static_cast<size_t>(group)];
        statistics = observers[static_cast<size_t>(group)].finish();
        if (!std::isfinite(statistics.amax()))
            return Error{ErrorCode::not_finite, "input of " + std::string(name_of(group)) +
                                                    ": expected finite activations over the "
                                                    "calibration set, found NaN or infinity"};
    }
    return out;
}

Status advance(ResidualStream& stream, const LayerModel& layer, const DecoderConfig& config,
               const RopeTable& rope) {
    torch::NoGradGuard no_grad;
    try {
        for (Tensor& chunk : stream)
            chunk = decoder_layer(chunk, layer.weights, config, rope, layer.linears);
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    return Done{};
}

} // namespace fp4::quant
