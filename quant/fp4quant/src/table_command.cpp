#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "commands.hpp"
#include "fingerprint.hpp"
#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/quant/pipeline/run_spec.hpp"
#include "fp4/quant/report/score_rows.hpp"
#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/report/table_text.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "print_warnings.hpp"
#include "report_data.hpp"
#include "row_scorer.hpp"
#include "score_store.hpp"
#include "table_context.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

struct TableOptions {
    RunWords run{.threads = default_threads()};
    std::string into, commit = "unknown";
    std::vector<std::string> only;
    size_t rows_at_once = 4;
};

class TableMaker {
  public:
    // Differs: a row could not be made.
    static Outcome run(const TableOptions& options) {
        FP4_TRY_ASSIGN(const auto spec, table_spec(options.run));
        TableMaker maker(options, spec);
        for (const auto& step : {&TableMaker::select, &TableMaker::read_inputs,
                                 &TableMaker::score_missing, &TableMaker::write})
            FP4_TRY((maker.*step)());
        return maker.errors_.empty() ? Verdict::pass : Verdict::differs;
    }

  private:
    TableMaker(const TableOptions& options, const RunSpec& spec) : options_(options), spec_(spec) {}

    // The rows that were asked for, and those that they are compared with.
    Status select() {
        at::set_num_threads(spec_.threads);
        const auto all = table_rows();
        FP4_TRY_ASSIGN(auto selected, select_rows(all, options_.only));
        wanted_ = std::move(selected);
        for (const TableRow& row : all) {
            const auto needed = [&](const TableRow& each) {
                return each.key == row.key || denominator_of(each.key) == row.key;
            };
            if (row.scheme && std::ranges::any_of(wanted_, needed)) scored_.push_back(row);
        }
        return Done{};
    }

    Status read_inputs() {
        FP4_TRY_ASSIGN(auto checkpoint, checkpoints::Checkpoint::open(spec_.model));
        print_unused_tensors(checkpoint);
        FP4_TRY_ASSIGN(const auto config, read_decoder_config(spec_.model));
        FP4_TRY_ASSIGN(auto model, load_model(checkpoint, config));
        FP4_TRY_ASSIGN(const auto calibration,
                       read_token_windows(spec_.calibration, config.vocab_size));
        FP4_TRY_ASSIGN(auto all_tokens, read_token_windows(spec_.tokens, config.vocab_size));
        const auto tokens = evenly_spread(std::move(all_tokens), spec_.windows);
        FP4_TRY_ASSIGN(windows_, evaluated_windows(tokens));
        FP4_TRY_ASSIGN(const auto sha256, model_sha256(checkpoint));
        context_ =
            context_of(tokens, calibration, sha256, options_.commit, spec_.threads, spec_.device);
        context_.command = "fp4quant table --model " + checkpoints::folder_name(spec_.model);
        for (const auto& pattern : options_.only) context_.command += " --only " + pattern;
        FP4_TRY_ASSIGN(auto training, row_training(sha256, calibration, config.vocab_size));
        scorer_.emplace(to_device(std::move(model), spec_.device), windows_of(calibration),
                        windows_of(tokens), std::move(training));
        std::error_code failed;
        std::filesystem::create_directories(spec_.out / "scores", failed);
        if (failed)
            return Error{ErrorCode::write_failed, spec_.out.string() + ": " + failed.message()};
        store_.emplace(spec_.out / "scores",
                       fmt::format("{} {} {} {} windows, {} threads{}", sha256, tokens.sha256,
                                   calibration.sha256, tokens.count(), spec_.threads,
                                   spec_.device.is_cpu() ? "" : ", " + spec_.device.str()));
        return Done{};
    }

    // Tokens of the second stage are read where a row has one.
    Result<RowTraining> row_training(const std::string& model_sha256,
                                     const TokenWindows& calibration, uint64_t vocab_size) {
        RowTraining training{.recipe = spec_.recipe,
                             .folder = spec_.out / "trained",
                             .fingerprint = fmt::format("{} {} {} threads", model_sha256,
                                                        calibration.sha256, spec_.threads),
                             .calibration = calibration,
                             .quiet = spec_.quiet};
        if (std::ranges::none_of(
                scored_, [](const TableRow& row) { return row.method && row.method->aligned; }))
            return training;
        FP4_TRY_ASSIGN(training.alignment, read_token_windows(spec_.alignment, vocab_size));
        return training;
    }

    Status score_missing() {
        std::vector<TableRow> missing;
        for (const TableRow& row : scored_) {
            auto stored = spec_.resume ? store_->find(row_name(row.key)) : std::nullopt;
            if (stored)
                scores_.emplace(row_name(row.key), std::move(*stored));
            else
                missing.push_back(row);
        }
        auto reference = spec_.resume ? store_->find(reference_name) : std::nullopt;
        if (reference) scores_.emplace(reference_name, std::move(*reference));
        if (!reference && missing.empty()) return score({});
        for (size_t first = 0; first < missing.size(); first += options_.rows_at_once) {
            const std::vector<TableRow> some(
                missing.begin() + static_cast<int64_t>(first),
                missing.begin() +
                    static_cast<int64_t>(std::min(first + options_.rows_at_once, missing.size())));
            position_ =
                fmt::format("rows {} to {} of {}", first + 1, first + some.size(), missing.size());
            FP4_TRY(score(some));
        }
        return Done{};
    }

    Status score(const std::vector<TableRow>& rows) {
        io::ProgressLine progress(stderr, !spec_.quiet, io::ProgressLine::Elsewhere::lines);
        const auto begin = std::chrono::steady_clock::now();
        FP4_TRY_ASSIGN(const auto scored, scorer_->score(rows, [&](uint64_t done, uint64_t total) {
            progress.show_share(position_ + ": step", done, total);
        }));
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        FP4_TRY(keep(reference_name, scored.reference));
        for (size_t i = 0; i < rows.size(); ++i) {
            const auto name = row_name(rows[i].key);
            if (!scored.rows[i]) {
                errors_.emplace(name, scored.rows[i].error().message);
                continue;
            }
            FP4_TRY(keep(name, *scored.rows[i]));
            seconds_.push_back({rows[i].key, seconds / static_cast<double>(rows.size() + 1)});
        }
        return Done{};
    }

    Status keep(const std::string& name, const WindowScores& scores) {
        scores_.insert_or_assign(name, scores);
        return store_->save(name, scores);
    }

    // Those of the rows asked for that could be made; the others go into the table with their
    // errors.
    std::vector<TableRow> made(Table& table) const {
        std::vector<TableRow> out;
        for (const TableRow& row : wanted_) {
            const auto error = errors_.find(row_name(row.key));
            if (error == errors_.end())
                out.push_back(row);
            else
                table.failed.push_back({row.key, error->second});
        }
        return out;
    }

    Status write() {
        Table table{context_, {}, {}};
        const auto& reference = scores_.at(reference_name);
        const auto rows_made = made(table);
        for (const TableRow& row : rows_made) {
            const auto denominator = scores_.find(row_name(denominator_of(row.key)));
            const auto& own = row.scheme ? scores_.at(row_name(row.key)) : reference;
            FP4_TRY_ASSIGN(const auto training, scorer_->facts(row));
            FP4_TRY_ASSIGN(auto rows, score_rows(row.key, windows_,
                                                 {own, reference,
                                                  row.scheme && denominator != scores_.end()
                                                      ? &denominator->second
                                                      : nullptr},
                                                 training));
            table.rows.insert(table.rows.end(), rows.begin(), rows.end());
        }
        std::ranges::sort(table.rows, row_before, &Row::key);
        FP4_TRY_ASSIGN(const auto json, table_json(table));
        FP4_TRY(io::write_file_atomically(spec_.out / "table.json", json));
        FP4_TRY(write_into(table));
        FP4_TRY_ASSIGN(const auto seconds, seconds_json(seconds_));
        FP4_TRY(io::write_file_atomically(spec_.out / "seconds.json", seconds));
        FP4_TRY(write_report(table, rows_made));
        fmt::print("{}", table_text(table.rows));
        if (!table.failed.empty()) fmt::print("\nCould not be made:\n");
        for (const FailedRow& row : table.failed)
            fmt::print("{}: {}\n", row_name(row.key), row.error);
        return Done{};
    }

    // The rows take their place in a table that was made before.
    Status write_into(const Table& table) const {
        if (options_.into.empty()) return Done{};
        FP4_TRY_ASSIGN(const auto text, io::read_text_file(options_.into, max_table_bytes));
        FP4_TRY_ASSIGN(auto merged, parse_table_json(text, options_.into));
        if (auto status = merge_table(merged, table); !status)
            return Error{status.error().code, options_.into + ": " + status.error().message};
        const auto json = table_json(std::move(merged));
        return json ? io::write_file_atomically(options_.into, *json) : Status(json.error());
    }

    Status write_report(const Table& table, const std::vector<TableRow>& rows) {
        Report report{.title = scorer_->model().config.dims.name, .table = table};
        FP4_TRY_ASSIGN(auto errors, layer_errors(*scorer_, rows));
        FP4_TRY_ASSIGN(auto maxima, channel_maxima(scorer_->model(), scorer_->calibration()));
        report.layer_errors = std::move(errors);
        report.channel_maxima = std::move(maxima);
        for (const TableRow& row : rows) {
            FP4_TRY_ASSIGN(auto log, scorer_->log(row));
            if (log && !row.arithmetic) report.training.push_back(std::move(*log));
        }
        report.weight_bytes = weight_bytes(scorer_->model(), rows);
        return io::write_file_atomically(spec_.out / "report.html", report_html(report));
    }

    static constexpr const char* reference_name = "reference";
    static constexpr uint64_t max_table_bytes = uint64_t{16} << 20;

    const TableOptions& options_;
    const RunSpec& spec_;
    std::vector<TableRow> wanted_, scored_;
    TableContext context_;
    EvaluatedWindows windows_;
    std::optional<RowScorer> scorer_;
    std::optional<ScoreStore> store_;
    std::map<std::string, WindowScores> scores_;
    std::map<std::string, std::string> errors_; // of rows that could not be made
    std::vector<RowSeconds> seconds_;
    std::string position_;
};

} // namespace

void add_table_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<TableOptions>();
    auto* command = app.add_subcommand(
        "table",
        "evaluate every method and write table.json, seconds.json and report.html; a row that "
        "cannot be made stands there with its error, the others go on, and the exit status is 1");
    command
        ->add_option("--model", options->run.model,
                     "Hugging Face folder with tokens/ (calibration and test)")
        ->required();
    command->add_option("--out", options->run.out, "folder")->required();
    command->add_option("--only", options->only,
                        "rows to make: METHOD[/FORMAT[/ACTS[/ARITH[/SEED]]]]; may be repeated");
    command->add_option(
        "--into", options->into,
        "a table.json of the same model and tokens whose rows the new ones replace or join");
    command->add_option("--calib", options->run.calib, "calibration token windows");
    command->add_option("--align", options->run.align,
                        "token windows of the second stage of faar-2fa; by default the model's "
                        "tokens/alignment.safetensors");
    command->add_option("--faar", options->run.faar,
                        "how roundings are trained: best, paper or a YAML file");
    command->add_option("--tokens", options->run.tokens, "token windows to evaluate on");
    command->add_option("--windows", options->run.windows,
                        "evaluate on so many of them, evenly spread");
    command
        ->add_option("--rows-at-once", options->rows_at_once,
                     "models that are run side by side: more take more memory and less time")
        ->check(CLI::Range(1, 64));
    command->add_option("--device", options->run.device, device_help);
    command->add_option("--threads", options->run.threads, "CPU threads")
        ->check(CLI::Range(1, 1024));
    command->add_option("--commit", options->commit,
                        "noted in the table: what the program was built from");
    command->add_flag("--resume", options->run.resume,
                      "keep the folder's rows that were scored from the same model and tokens");
    command->add_flag("--quiet", options->run.quiet, "no progress");
    command->callback([options, &run] { run = [options] { return TableMaker::run(*options); }; });
}

} // namespace fp4::quant
