#include "make_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "fp4/io/progress_line.hpp"

namespace fp4::quant {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t max_log_bytes = uint64_t{256} << 20;

std::filesystem::path log_path(const std::filesystem::path& folder) {
    return folder / "training.json";
}

Result<TrainingLog> read_log(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(log_path(folder))) return TrainingLog{};
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(log_path(folder), max_log_bytes));
    return parse_training_log(text, log_path(folder).native());
}

LinearLog log_of(size_t layer, const LinearRounding& done) {
    const auto& trained = done.trained;
    LinearLog out{.layer = static_cast<uint32_t>(layer),
                  .linear = std::string(name_of(done.op)),
                  .loss_soft = trained.loss_soft,
                  .loss_hardened = trained.loss_hardened,
                  .loss_flipped = trained.loss_flipped,
                  .loss = trained.loss,
                  .undecided = trained.undecided,
                  .flips = trained.flips,
                  .seconds = done.seconds,
                  .curve = {}};
    for (const auto& step : trained.curve)
        out.curve.push_back({step.step, step.loss, step.rounding_loss, step.undecided});
    return out;
}

// Layers, where nothing is known of a layer's own steps.
class LayerProgress final : public QuantizeProgress {
  public:
    LayerProgress(const ModelWork& work, size_t layers)
        : layers_(layers), line_(stderr, !work.quiet, io::ProgressLine::Elsewhere::lines) {}

    Status layer_made(size_t layer) override {
        line_.show_share("layer", layer + 1, layers_);
        return Done{};
    }

  private:
    size_t layers_;
    io::ProgressLine line_;
};

// Steps of either stage, and the log of them in a folder.
class TrainingProgress final : public QuantizeProgress {
  public:
    static Result<std::unique_ptr<QuantizeProgress>>
    begin(const ModelWork& work, const std::filesystem::path& folder, size_t layers) {
        FP4_TRY_ASSIGN(auto log, read_log(folder));
        log.name = work.name;
        return std::unique_ptr<QuantizeProgress>(
            new TrainingProgress(work, folder, layers, std::move(log)));
    }

    void model_begins(std::string_view what) override {
        line_.show(fmt::format("{}: {}", work_.name, what));
    }
    void linear_begins(LinearOp op, std::string_view what) override {
        show_share(op, fmt::format("{}, step", what), 0);
    }
    void linear_step(LinearOp op, const RoundingStep& step) override {
        show_share(op, "step", step.step);
    }
    void linear_done(const LinearRounding& done) override {
        std::erase_if(log_.linears, [&](const LinearLog& each) {
            return each.layer == layer_ && each.linear == name_of(done.op);
        });
        log_.linears.push_back(log_of(layer_, done));
    }
    Status layer_made(size_t layer) override {
        layer_ = layer + 1;
        return write();
    }

    void alignment_resumed(int64_t step) override {
        first_ = done_ = step;
        std::erase_if(log_.alignment,
                      [&](const AlignmentPoint& point) { return point.step > step; });
    }
    void alignment_step(const AlignmentStep& step) override {
        kl_ += step.kl, hidden_mse_ += step.hidden_mse, ++summed_, ++done_;
        line_.show_share(fmt::format("{}, all layers, kl {:.5f}: step", work_.name, step.kl),
                         static_cast<uint64_t>(done_ - first_),
                         static_cast<uint64_t>(work_.recipe.stage2.schedule.steps - first_));
    }
    Status alignment_reached(int64_t step, const AlignmentState& state) override {
        const auto count = static_cast<double>(std::max<int64_t>(summed_, 1));
        const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        log_.alignment.push_back({step, kl_ / count, hidden_mse_ / count, state.rounding_loss,
                                  state.undecided, seconds_before_ + seconds});
        kl_ = hidden_mse_ = 0;
        summed_ = 0;
        return write();
    }
    void refined(const RefineRound& round) override {
        line_.show(fmt::format("{}, refined in round {}: kl {:.6f}, then {:.6f}, {}", work_.name,
                               round.round + 1, round.kl_before, round.kl_after,
                               round.kept ? "kept" : "undone"));
    }

  private:
    TrainingProgress(const ModelWork& work, std::filesystem::path folder, size_t layers,
                     TrainingLog log)
        : work_(work), folder_(std::move(folder)), layers_(layers), log_(std::move(log)),
          seconds_before_(log_.alignment.empty() ? 0 : log_.alignment.back().seconds),
          line_(stderr, !work.quiet, io::ProgressLine::Elsewhere::lines) {}

    void show_share(LinearOp op, std::string_view what, int64_t step) {
        const auto linears = static_cast<int64_t>(linear_ops.size()),
                   of_one = std::max<int64_t>(1, work_.recipe.stage1.schedule.steps);
        const auto before = static_cast<int64_t>(layer_) * linears + static_cast<int64_t>(op);
        line_.show_share(fmt::format("{}, layer {}, {}: {}", work_.name, layer_, name_of(op), what),
                         static_cast<uint64_t>(before * of_one + step),
                         layers_ * static_cast<uint64_t>(linears * of_one));
    }

    Status write() const {
        return io::write_file_atomically(log_path(folder_), training_log_json(log_));
    }

    const ModelWork& work_;
    std::filesystem::path folder_;
    size_t layers_, layer_ = 0;
    TrainingLog log_;
    double seconds_before_ = 0, kl_ = 0, hidden_mse_ = 0;
    int64_t first_ = 0, summed_ = 0, done_ = 0;
    Clock::time_point begin_ = Clock::now();
    io::ProgressLine line_;
};

Result<std::unique_ptr<QuantizeProgress>>
progress_of(const ModelWork& work, const std::filesystem::path& folder, size_t layers) {
    if (!work.method->trains)
        return std::unique_ptr<QuantizeProgress>(std::make_unique<LayerProgress>(work, layers));
    return TrainingProgress::begin(work, folder, layers);
}

} // namespace

Result<LayerFiles> make_model(const ModelWork& work, const ModelInputs& inputs) {
    const size_t layers = inputs.ends.config.dims.num_hidden_layers;
    LayerFiles first{work.stage1_folder, work.fingerprint, work.scheme, work.method->folds};
    if (work.method->trains) first.fingerprint += " " + stage1_text_of(work.recipe);
    {
        FP4_TRY_ASSIGN(const auto progress, progress_of(work, first.folder, layers));
        FP4_TRY_ASSIGN(auto quantizer,
                       ModelQuantizer::make(work.method->make(work.scheme, work.recipe, *progress),
                                            inputs.ends, inputs.layers, inputs.calibration,
                                            inputs.windows_at_once));
        FP4_TRY(make_layers(quantizer, layers, first, *progress));
    }
    if (!work.method->aligned) return first;
    const LayerFiles second{work.folder,
                            fmt::format("{} {} {} seed {}", work.fingerprint, work.alignment_sha256,
                                        text_of(work.recipe), work.recipe.stage2.seed),
                            work.scheme, work.recipe.stage2.norm_learning_rate > 0};
    FP4_TRY_ASSIGN(const auto progress, progress_of(work, second.folder, layers));
    FP4_TRY(align_layers(inputs.ends, first, second,
                         {.recipe = work.recipe.stage2,
                          .refine = work.recipe.refine,
                          .windows = inputs.alignment,
                          .save_every = work.save_every},
                         *progress));
    return second;
}

Result<TrainingLog> training_log(const ModelWork& work) {
    auto out = read_log(work.stage1_folder);
    if (!out || !work.method->aligned) return out;
    FP4_TRY_ASSIGN(auto second, read_log(work.folder));
    out->name = work.name;
    out->alignment = std::move(second.alignment);
    return out;
}

} // namespace fp4::quant
