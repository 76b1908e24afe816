#include "trained_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t max_log_bytes = uint64_t{256} << 20;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::filesystem::path log_path(const std::filesystem::path& folder) {
    return folder / "training.json";
}

Result<TrainingLog> read_log(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(log_path(folder))) return TrainingLog{};
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(log_path(folder), max_log_bytes));
    return parse_training_log(text, log_path(folder).native());
}

Status write_log(const std::filesystem::path& folder, const TrainingLog& log) {
    return io::write_file_atomically(log_path(folder), training_log_json(log));
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

Status make_stage1(const TrainedModel& model, const TrainingInputs& inputs,
                   const LayerFiles& files) {
    const size_t layers = inputs.ends.config.dims.num_hidden_layers;
    FP4_TRY_ASSIGN(auto read, read_log(files.folder));
    TrainingLog log = std::move(read);
    log.name = model.name;
    io::ProgressLine progress(stderr, !model.quiet, io::ProgressLine::Elsewhere::lines);
    size_t layer = 0;
    const auto share = [&](LinearOp op, std::string_view what, int64_t step) {
        const auto linears = static_cast<int64_t>(linear_ops.size()),
                   of_one = std::max<int64_t>(1, model.recipe.stage1.schedule.steps);
        const auto before = static_cast<int64_t>(layer) * linears + static_cast<int64_t>(op);
        progress.show_share(
            fmt::format("{}, layer {}, {}: {}", model.name, layer, name_of(op), what),
            static_cast<uint64_t>(before * of_one + step),
            layers * static_cast<uint64_t>(linears * of_one));
    };
    FaarOptions faar{.recipe = model.recipe.stage1,
                     .scales = model.recipe.scales,
                     .true_inputs = model.recipe.true_inputs,
                     .damp = model.recipe.damp};
    if (model.recipe.curvature && inputs.calibration.defined()) {
        progress.show(model.name + ": curvature of the outputs");
        faar.curvature = output_curvature(
            inputs.ends, inputs.calibration,
            {.windows_at_once = inputs.windows_at_once, .damp = model.recipe.damp});
    }
    faar.on_begin = [&](LinearOp op, std::string_view what) {
        share(op, fmt::format("{}, step", what), 0);
    };
    faar.on_step = [&](LinearOp op, const RoundingStep& step) { share(op, "step", step.step); };
    faar.on_linear = [&](const LinearRounding& done) {
        std::erase_if(log.linears, [&](const LinearLog& each) {
            return each.layer == layer && each.linear == name_of(done.op);
        });
        log.linears.push_back(log_of(layer, done));
    };
    ModelQuantizer quantizer(inputs.ends, inputs.layers, model.scheme, inputs.calibration,
                             inputs.windows_at_once, faar);
    return make_layers(quantizer, layers, files, [&](size_t made) {
        layer = made + 1;
        return write_log(files.folder, log);
    });
}

Status make_stage2(const TrainedModel& model, const TrainingInputs& inputs,
                   const LayerFiles& stage1, const LayerFiles& files) {
    FP4_TRY_ASSIGN(auto read, read_log(files.folder));
    TrainingLog log = std::move(read);
    log.name = model.name;
    io::ProgressLine progress(stderr, !model.quiet, io::ProgressLine::Elsewhere::lines);
    const auto begin = Clock::now();
    double kl = 0, hidden_mse = 0;
    int64_t first = 0, summed = 0, done = 0;
    const double seconds_before = log.alignment.empty() ? 0 : log.alignment.back().seconds;
    const int64_t steps = model.recipe.stage2.schedule.steps;
    AlignmentWork work{.recipe = model.recipe.stage2,
                       .refine = model.recipe.refine,
                       .windows = inputs.alignment,
                       .save_every = model.save_every};
    work.on_resume = [&](int64_t step) {
        first = done = step;
        std::erase_if(log.alignment,
                      [&](const AlignmentPoint& point) { return point.step > step; });
    };
    work.on_step = [&](const AlignmentStep& step) {
        kl += step.kl, hidden_mse += step.hidden_mse, ++summed, ++done;
        progress.show_share(fmt::format("{}, all layers, kl {:.5f}: step", model.name, step.kl),
                            static_cast<uint64_t>(done - first),
                            static_cast<uint64_t>(steps - first));
    };
    work.before_save = [&](int64_t step, const AlignmentState& state) {
        const auto count = static_cast<double>(std::max<int64_t>(summed, 1));
        log.alignment.push_back({step, kl / count, hidden_mse / count, state.rounding_loss,
                                 state.undecided, seconds_before + seconds_since(begin)});
        kl = hidden_mse = 0;
        summed = 0;
        return write_log(files.folder, log);
    };
    work.on_round = [&](const RefineRound& round) {
        progress.show(fmt::format("{}, refined in round {}: kl {:.6f}, then {:.6f}, {}", model.name,
                                  round.round + 1, round.kl_before, round.kl_after,
                                  round.kept ? "kept" : "undone"));
    };
    return align_layers(inputs.ends, stage1, files, work);
}

} // namespace

Result<LayerFiles> trained_layers(const TrainedModel& model, const TrainingInputs& inputs) {
    const LayerFiles stage1{model.stage1_folder,
                            model.fingerprint + " " + stage1_text_of(model.recipe), model.scheme};
    FP4_TRY(make_stage1(model, inputs, stage1));
    if (!model.method->aligned) return stage1;
    const LayerFiles files{model.folder,
                           fmt::format("{} {} {} seed {}", model.fingerprint,
                                       model.alignment_sha256, text_of(model.recipe),
                                       model.recipe.stage2.seed),
                           model.scheme};
    FP4_TRY(make_stage2(model, inputs, stage1, files));
    return files;
}

Result<TrainingLog> training_log(const TrainedModel& model) {
    auto out = read_log(model.stage1_folder);
    if (!out || !model.method->aligned) return out;
    FP4_TRY_ASSIGN(auto second, read_log(model.folder));
    out->name = model.name;
    out->alignment = std::move(second.alignment);
    return out;
}

} // namespace fp4::quant
