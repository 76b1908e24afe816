#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "commands.hpp"
#include "fingerprint.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/quant/report/score_rows.hpp"
#include "fp4/quant/report/table_json.hpp"
#include "fp4/quant/report/table_text.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "print_warnings.hpp"
#include "progress_line.hpp"
#include "report_data.hpp"
#include "row_scorer.hpp"
#include "score_store.hpp"
#include "table_context.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

struct TableOptions {
    std::string model, calib, tokens, align, faar = "best", out, into, device = "auto",
                                             commit = "unknown";
    std::vector<std::string> only;
    int threads = default_threads();
    size_t rows_at_once = 4;
    uint64_t windows = 0;
    bool resume = false, quiet = false;
};

class TableMaker {
  public:
    static Status run(const TableOptions& options) {
        TableMaker maker(options);
        for (const auto& step : {&TableMaker::select, &TableMaker::read_inputs,
                                 &TableMaker::score_missing, &TableMaker::write})
            FP4_TRY((maker.*step)());
        return Done{};
    }

  private:
    explicit TableMaker(const TableOptions& options) : options_(options) {}

    // The rows that were asked for, and those that they are compared with.
    Status select() {
        at::set_num_threads(options_.threads);
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
        FP4_TRY_ASSIGN(auto checkpoint, checkpoints::Checkpoint::open(options_.model));
        print_unused_tensors(checkpoint);
        FP4_TRY_ASSIGN(const auto config, read_decoder_config(options_.model));
        FP4_TRY_ASSIGN(const auto device, device_from_name(options_.device));
        FP4_TRY_ASSIGN(auto model, load_model(checkpoint, config));
        FP4_TRY_ASSIGN(const auto calibration, read_tokens(options_.calib, options_.model,
                                                           "calibration", config.vocab_size));
        FP4_TRY_ASSIGN(auto all_tokens,
                       read_tokens(options_.tokens, options_.model, "test", config.vocab_size));
        const auto tokens = evenly_spread(std::move(all_tokens), options_.windows);
        FP4_TRY_ASSIGN(auto windows, evaluated_windows(tokens));
        windows_ = std::move(windows);
        FP4_TRY_ASSIGN(const auto sha256, model_sha256(checkpoint));
        context_ =
            context_of(tokens, calibration, sha256, options_.commit, options_.threads, device);
        context_.command =
            "fp4quant table --model " + std::filesystem::path(options_.model).filename().string();
        for (const auto& pattern : options_.only) context_.command += " --only " + pattern;
        FP4_TRY_ASSIGN(auto training, row_training(sha256, calibration, config.vocab_size));
        scorer_.emplace(to_device(std::move(model), device), windows_of(calibration),
                        windows_of(tokens), std::move(training));
        std::error_code failed;
        std::filesystem::create_directories(folder() / "scores", failed);
        if (failed) return Error{ErrorCode::write_failed, options_.out + ": " + failed.message()};
        store_.emplace(folder() / "scores",
                       fmt::format("{} {} {} {} windows, {} threads{}", sha256, tokens.sha256,
                                   calibration.sha256, tokens.count(), options_.threads,
                                   device.is_cpu() ? "" : ", " + device.str()));
        return Done{};
    }

    // Tokens of the second stage are read where a row has one.
    Result<RowTraining> row_training(const std::string& model_sha256,
                                     const TokenWindows& calibration, uint64_t vocab_size) {
        FP4_TRY_ASSIGN(auto recipe, faar_recipe(options_.faar));
        RowTraining training{.recipe = recipe,
                             .folder = folder() / "trained",
                             .fingerprint = fmt::format("{} {} {} threads", model_sha256,
                                                        calibration.sha256, options_.threads),
                             .calibration = calibration,
                             .quiet = options_.quiet};
        if (std::ranges::none_of(
                scored_, [](const TableRow& row) { return row.method && row.method->aligned; }))
            return training;
        FP4_TRY_ASSIGN(auto tokens,
                       read_tokens(options_.align, options_.model, "alignment", vocab_size));
        training.alignment = std::move(tokens);
        return training;
    }

    Status score_missing() {
        std::vector<TableRow> missing;
        for (const TableRow& row : scored_) {
            auto stored = options_.resume ? store_->find(row_name(row.key)) : std::nullopt;
            if (stored)
                scores_.emplace(row_name(row.key), std::move(*stored));
            else
                missing.push_back(row);
        }
        auto reference = options_.resume ? store_->find(reference_name) : std::nullopt;
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
        ProgressLine progress(!options_.quiet);
        const auto begin = std::chrono::steady_clock::now();
        const auto scored = scorer_->score(rows, [&](uint64_t done, uint64_t total) {
            progress.show_share(position_ + ": step", done, total);
        });
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (!scored) return scored.error();
        for (size_t i = 0; i < scored->size(); ++i) {
            const auto name = i == 0 ? std::string(reference_name) : row_name(rows[i - 1].key);
            FP4_TRY(store_->save(name, (*scored)[i]));
            scores_.insert_or_assign(name, (*scored)[i]);
            if (i > 0)
                seconds_.push_back(
                    {rows[i - 1].key, seconds / static_cast<double>(scored->size())});
        }
        return Done{};
    }

    Status write() {
        Table table{context_, {}};
        const auto& reference = scores_.at(reference_name);
        for (const TableRow& row : wanted_) {
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
        FP4_TRY(io::write_file_atomically(folder() / "table.json", json));
        FP4_TRY(write_into(table));
        FP4_TRY_ASSIGN(const auto seconds, seconds_json(seconds_));
        FP4_TRY(io::write_file_atomically(folder() / "seconds.json", seconds));
        FP4_TRY(write_report(table));
        fmt::print("{}", table_text(table.rows));
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

    Status write_report(const Table& table) {
        Report report{.title = scorer_->model().config.dims.name, .table = table};
        FP4_TRY_ASSIGN(auto errors, layer_errors(*scorer_, wanted_));
        FP4_TRY_ASSIGN(auto maxima, channel_maxima(scorer_->model(), scorer_->calibration()));
        report.layer_errors = std::move(errors);
        report.channel_maxima = std::move(maxima);
        for (const TableRow& row : wanted_) {
            FP4_TRY_ASSIGN(auto log, scorer_->log(row));
            if (log && !row.arithmetic) report.training.push_back(std::move(*log));
        }
        report.weight_bytes = weight_bytes(scorer_->model(), wanted_);
        return io::write_file_atomically(folder() / "report.html", report_html(report));
    }

    std::filesystem::path folder() const { return options_.out; }

    static constexpr const char* reference_name = "reference";
    static constexpr uint64_t max_table_bytes = uint64_t{16} << 20;

    const TableOptions& options_;
    std::vector<TableRow> wanted_, scored_;
    TableContext context_;
    EvaluatedWindows windows_;
    std::optional<RowScorer> scorer_;
    std::optional<ScoreStore> store_;
    std::map<std::string, WindowScores> scores_;
    std::vector<RowSeconds> seconds_;
    std::string position_;
};

} // namespace

void add_table_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<TableOptions>();
    auto* command = app.add_subcommand(
        "table", "evaluate every method and write table.json, seconds.json and report.html");
    command
        ->add_option("--model", options->model,
                     "Hugging Face folder with tokens/ (calibration and test)")
        ->required();
    command->add_option("--out", options->out, "folder")->required();
    command->add_option("--only", options->only,
                        "rows to make: METHOD[/FORMAT[/ACTS[/ARITH[/SEED]]]]; may be repeated");
    command->add_option(
        "--into", options->into,
        "a table.json of the same model and tokens whose rows the new ones replace or join");
    command->add_option("--calib", options->calib, "calibration token windows");
    command->add_option("--align", options->align,
                        "token windows of the second stage of faar-2fa; by default the model's "
                        "tokens/alignment.safetensors");
    command->add_option("--faar", options->faar,
                        "how roundings are trained: best, paper or a YAML file");
    command->add_option("--tokens", options->tokens, "token windows to evaluate on");
    command->add_option("--windows", options->windows,
                        "evaluate on so many of them, evenly spread");
    command
        ->add_option("--rows-at-once", options->rows_at_once,
                     "models that are run side by side: more take more memory and less time")
        ->check(CLI::Range(1, 64));
    command->add_option("--device", options->device, device_help);
    command->add_option("--threads", options->threads, "CPU threads")->check(CLI::Range(1, 1024));
    command->add_option("--commit", options->commit,
                        "noted in the table: what the program was built from");
    command->add_flag("--resume", options->resume,
                      "keep the folder's rows that were scored from the same model and tokens");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback(
        [options, &run] { run = passing([options] { return TableMaker::run(*options); }); });
}

} // namespace fp4::quant
