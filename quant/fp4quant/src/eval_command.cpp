#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "differences_output.hpp"
#include "eval_options.hpp"
#include "evaluated_model.hpp"
#include "fingerprint.hpp"
#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/quant/evaluate/arithmetic_differences.hpp"
#include "fp4/quant/evaluate/score_windows.hpp"
#include "fp4/quant/evaluate/through_rtl.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/quant/report/score_rows.hpp"
#include "fp4/quant/report/table_text.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/child_process.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/io/temporary_folder.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "memory_estimate.hpp"
#include "print_warnings.hpp"
#include "score_store.hpp"
#include "table_context.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

class Evaluator {
  public:
    static Outcome run(const EvalOptions& options) {
        FP4_TRY_ASSIGN(const auto spec, eval_spec(options.run));
        Evaluator evaluator(options, spec);
        for (const auto& step :
             {&Evaluator::find_simulator, &Evaluator::read_inputs, &Evaluator::list_models,
              &Evaluator::check_memory, &Evaluator::open_store, &Evaluator::score,
              &Evaluator::compare_arithmetic, &Evaluator::write})
            FP4_TRY((evaluator.*step)());
        return Verdict::pass;
    }

  private:
    Evaluator(const EvalOptions& options, const RunSpec& spec) : options_(options), spec_(spec) {}

    Status read_inputs() {
        at::set_num_threads(spec_.threads);
        FP4_TRY_ASSIGN(auto checkpoint, checkpoints::Checkpoint::open(spec_.reference));
        checkpoint_.emplace(std::move(checkpoint));
        print_unused_tensors(*checkpoint_);
        FP4_TRY_ASSIGN(const auto config, read_decoder_config(spec_.reference));
        FP4_TRY_ASSIGN(auto ends, load_ends(*checkpoint_, config));
        ends_ = std::make_shared<const CausalLm>(to_device(std::move(ends), spec_.device));
        FP4_TRY_ASSIGN(auto tokens, read_token_windows(spec_.tokens, config.vocab_size));
        tokens_ = evenly_spread(std::move(tokens), spec_.windows);
        FP4_TRY_ASSIGN(evaluated_, evaluated_windows(tokens_));
        return Done{};
    }

    // The model, and RTN where shares of its loss are wanted.
    Status list_models() {
        if (spec_.scores_checkpoint()) {
            const auto name =
                options_.name.empty() ? checkpoints::folder_name(spec_.model) : options_.name;
            FP4_TRY_ASSIGN(auto model, quantized_checkpoint(spec_.model, name, spec_.device));
            models_.push_back(std::move(model));
        } else if (spec_.method) {
            FP4_TRY(add_method(*spec_.method, spec_.acts));
            if (!options_.name.empty()) models_[0].key.method = options_.name;
        }
        if (spec_.arithmetic) models_[0].key.arith = spec_.arithmetic->name;
        if (!options_.with_rtn) return Done{};
        if (models_.empty())
            return Error{ErrorCode::bad_argument,
                         "--with-rtn: expected --method or a quantized checkpoint"};
        const auto* rtn = method_from_name("rtn");
        if (spec_.method == rtn && !spec_.arithmetic) return Done{}; // it is the model itself
        return add_method(*rtn, *acts_from_name(models_[0].key.acts));
    }

    Status check_memory() {
        const PassShape shape{
            .windows = std::min(std::max(options_.score.windows_at_once, calibration_.count()),
                                std::max(tokens_.count(), calibration_.count())),
            .length = tokens_.length,
            .per_call = std::min(options_.score.windows_per_call, options_.score.windows_at_once),
            .streams = models_.size() + 1,
            .head = true,
            .models_made = models_.size() - spec_.scores_checkpoint()};
        return quant::check_memory(ends_->config, shape, spec_.max_memory_gib);
    }

    Status add_method(const NamedMethod& method, Acts acts) {
        if (quantizer_of(method, acts)->needs().windows() && calibration_.count() == 0) {
            FP4_TRY_ASSIGN(calibration_,
                           read_token_windows(spec_.calibration, ends_->config.vocab_size));
        }
        FP4_TRY_ASSIGN(auto model, under_method(*checkpoint_, ends_, method, acts, calibration_));
        models_.push_back(std::move(model));
        return Done{};
    }

    Status open_store() {
        FP4_TRY_ASSIGN(const auto sha256, model_sha256(*checkpoint_));
        context_ =
            context_of(tokens_, calibration_, sha256, options_.commit, spec_.threads, spec_.device);
        context_.command = "fp4quant eval --model " + checkpoints::folder_name(spec_.model);
        if (spec_.method)
            context_.command +=
                fmt::format(" --method {} --acts {}", spec_.method->name, name_of(spec_.acts));
        if (spec_.arithmetic)
            context_.command += fmt::format(" --profile {}", spec_.arithmetic->name);
        scores_.resize(models_.size() + 1);
        if (spec_.out.empty()) return Done{};
        std::error_code failed;
        std::filesystem::create_directories(spec_.out / "scores", failed);
        if (failed)
            return Error{ErrorCode::write_failed, spec_.out.string() + ": " + failed.message()};
        for (size_t m = 0; m < scores_.size(); ++m) {
            stores_.emplace_back(spec_.out / "scores",
                                 fmt::format("{} {} {} windows, {} per call, {} threads, {}, {}",
                                             sha256, tokens_.sha256, tokens_.count(),
                                             options_.score.windows_per_call, spec_.threads,
                                             spec_.device.str(),
                                             m ? models_[m - 1].fingerprint : "reference"));
            if (!spec_.resume) continue;
            if (auto stored = stores_[m].find(score_name(m))) scores_[m] = std::move(*stored);
        }
        // All as far as the one with the fewest windows.
        uint64_t done = tokens_.count();
        for (const auto& each : scores_) done = std::min<uint64_t>(done, each.nll.size());
        for (auto& each : scores_) {
            each.nll.resize(done);
            each.kl.resize(done);
            each.top1.resize(done);
        }
        return Done{};
    }

    std::string score_name(size_t m) const {
        return m ? row_name(models_[m - 1].key) : "reference";
    }

    // Of the model itself in the hardware's arithmetic, if one is asked for.
    std::shared_ptr<LayerStream> layers_of(const EvaluatedModel& model) const {
        if (&model != &models_[0]) return under_arithmetic(model.layers, nullptr);
        if (!simulator_) return under_arithmetic(model.layers, spec_.arithmetic);
        return std::make_shared<RtlLayers>(model.layers, *spec_.arithmetic, *simulator_);
    }

    Status find_simulator() {
        if (!options_.through_rtl) return Done{};
        if (!spec_.arithmetic || !spec_.arithmetic->in_rtl)
            return Error{ErrorCode::bad_argument,
                         "--through-rtl: expected --profile with one that the RTL has beside it"};
        std::filesystem::path program = options_.simrun;
        if (program.empty()) {
            FP4_TRY_ASSIGN(const auto own, io::this_program());
            program = own.parent_path() / "simrun";
        }
        FP4_TRY(io::open_regular_file(program));
        FP4_TRY_ASSIGN(auto folder, io::TemporaryFolder::create("through-rtl"));
        folder_between_.emplace(std::move(folder));
        simulator_ = Simulator{program, folder_between_->path()};
        return Done{};
    }

    Status score() {
        io::ProgressLine progress(stderr, !spec_.quiet, io::ProgressLine::Elsewhere::lines);
        const ScoredModel reference{ends_.get(), std::make_shared<CheckpointWeights>(
                                                     *checkpoint_, ends_->config, spec_.device)};
        std::vector<ScoredModel> models;
        for (const auto& model : models_) models.push_back({model.ends.get(), layers_of(model)});
        const auto windows = windows_of(tokens_);
        const uint64_t total = tokens_.count(), already = scores_[0].nll.size();
        for (uint64_t first = already; first < total; first += options_.score.windows_at_once) {
            const uint64_t count = std::min(options_.score.windows_at_once, total - first);
            auto options = options_.score;
            options.on_step = [&](uint64_t done, uint64_t steps) {
                progress.show_share(
                    fmt::format("windows {} to {} of {}: step", first + 1, first + count, total),
                    (first - already) / count * steps + done,
                    (total - already + count - 1) / count * steps);
            };
            FP4_TRY_ASSIGN(const auto scored,
                           score_windows(reference, models,
                                         windows.narrow(0, static_cast<int64_t>(first),
                                                        static_cast<int64_t>(count)),
                                         options));
            for (size_t m = 0; m < scores_.size(); ++m) FP4_TRY(append(scored[m], m));
        }
        return Done{};
    }

    Status append(const WindowScores& scored, size_t m) {
        auto& all = scores_[m];
        all.tokens_per_window = scored.tokens_per_window;
        all.nll.insert(all.nll.end(), scored.nll.begin(), scored.nll.end());
        all.kl.insert(all.kl.end(), scored.kl.begin(), scored.kl.end());
        all.top1.insert(all.top1.end(), scored.top1.begin(), scored.top1.end());
        return stores_.empty() ? Status(Done{}) : stores_[m].save(score_name(m), all);
    }

    Status compare_arithmetic() {
        if (!spec_.arithmetic) return Done{};
        const auto some = evenly_spread(tokens_, options_.difference_windows);
        const auto& model = models_[0];
        FP4_TRY_ASSIGN(auto found,
                       arithmetic_differences(*model.ends, *model.layers, *spec_.arithmetic,
                                              windows_of(some), options_.score.windows_per_call));
        differences_ = std::move(found);
        return Done{};
    }

    Status write() {
        Table table{context_, {}};
        const RowKey reference_key{"bf16", "bf16", "W16A16", "none", "static", "fake", all_domains};
        for (size_t m = 0; m < scores_.size(); ++m) {
            const auto& key = m ? models_[m - 1].key : reference_key;
            const bool has_denominator = m > 0 && options_.with_rtn;
            FP4_TRY_ASSIGN(auto rows, score_rows(key, evaluated_,
                                                 {scores_[m], scores_[0],
                                                  has_denominator ? &scores_.back() : nullptr}));
            table.rows.insert(table.rows.end(), rows.begin(), rows.end());
        }
        FP4_TRY_ASSIGN(const auto json, table_json(table));
        if (!spec_.out.empty()) {
            FP4_TRY(io::write_file_atomically(spec_.out / "table.json", json));
            if (differences_)
                FP4_TRY(io::write_file_atomically(spec_.out / "differences.json",
                                                  differences_json(*differences_)));
        }
        for (const auto& domain : domains_shown())
            fmt::print("{}{}", domain == all_domains ? "" : "\n" + domain + ":\n",
                       table_text(table.rows, domain));
        if (differences_)
            fmt::print("\n{} against fake quantization, {} windows:\n{}", spec_.arithmetic->name,
                       std::min(options_.difference_windows, tokens_.count()),
                       differences_text(*differences_));
        return Done{};
    }

    std::vector<std::string> domains_shown() const {
        std::vector<std::string> out{all_domains};
        if (tokens_.domains.size() > 1)
            out.insert(out.end(), tokens_.domains.begin(), tokens_.domains.end());
        return out;
    }

    const EvalOptions& options_;
    const RunSpec& spec_;
    std::optional<checkpoints::Checkpoint> checkpoint_;
    std::shared_ptr<const CausalLm> ends_;
    TokenWindows tokens_, calibration_;
    EvaluatedWindows evaluated_;
    TableContext context_;
    std::vector<EvaluatedModel> models_;
    std::vector<WindowScores> scores_;                  // the reference's, then the models'
    std::vector<ScoreStore> stores_;                    // the same, or none without --out
    std::optional<io::TemporaryFolder> folder_between_; // fp4quant and simrun
    std::optional<Simulator> simulator_;
    std::optional<ArithmeticDifferences> differences_;
};

} // namespace

void add_eval_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<EvalOptions>();
    auto* command = app.add_subcommand(
        "eval", "score a quantized checkpoint, or a method on a plain one, against its reference");
    add_eval_options(*command, *options);
    command->callback([options, &run] { run = [options] { return Evaluator::run(*options); }; });
}

} // namespace fp4::quant
