#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "commands.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "fp4/quant/train/save_checkpoint.hpp"
#include "fp4/quant/train/trainer.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

struct TrainOptions {
    std::string recipe, tokens, valid, out, device = "auto";
    int threads = 1;
    bool resume = false;
    uint64_t save_every = 100;
};

Outcome train(const TrainOptions& options) {
    at::set_num_threads(options.threads);
    FP4_TRY_ASSIGN(const auto recipe, read_train_recipe(options.recipe));
    FP4_TRY_ASSIGN(auto stream, read_token_stream(options.tokens, recipe.model.vocab_size));
    FP4_TRY_ASSIGN(const auto device, device_from_name(options.device));
    FP4_TRY_ASSIGN(const auto valid, read_token_windows(options.valid, recipe.model.vocab_size));
    if (stream.size() < 3 * recipe.window_tokens)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected at least {} tokens, found {}", options.tokens,
                                 3 * recipe.window_tokens, stream.size())};
    const auto valid_windows =
        torch::tensor(valid.tokens, torch::kInt).view({-1, static_cast<int64_t>(valid.length)});

    std::error_code failed;
    std::filesystem::create_directories(options.out, failed);
    if (failed) return Error{ErrorCode::write_failed, options.out + ": " + failed.message()};
    const auto snapshot = std::filesystem::path(options.out) / "snapshot.pt";
    Trainer trainer(recipe, std::move(stream), device);
    if (options.resume && std::filesystem::exists(snapshot)) FP4_TRY(trainer.resume(snapshot));

    const uint64_t first = trainer.step();
    const auto begin = std::chrono::steady_clock::now();
    double loss = 0;
    while (trainer.step() < recipe.steps) {
        loss += trainer.train_step();
        const uint64_t done = trainer.step();
        if (done % 20 == 0) {
            const double seconds =
                             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                                 .count(),
                         per_step = seconds / static_cast<double>(done - first);
            fmt::print(stderr, "step {}/{}  loss {:.4f}  {:.0f} tokens/s  {:.0f} min left\n", done,
                       recipe.steps, loss / 20,
                       static_cast<double>(recipe.batch_windows * recipe.window_tokens) / per_step,
                       static_cast<double>(recipe.steps - done) * per_step / 60);
            loss = 0;
        }
        if (done % options.save_every == 0 || done == recipe.steps) FP4_TRY(trainer.save(snapshot));
        if (done % 400 == 0 || done == recipe.steps)
            fmt::print(stderr, "step {}  valid {:.4f}\n", done,
                       mean_nll(trainer.model(), valid_windows));
    }
    FP4_TRY(save_checkpoint(options.out, trainer.model()));
    return Verdict::pass;
}

} // namespace

void add_train_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<TrainOptions>();
    auto* command = app.add_subcommand("train", "train a model from nothing");
    command->add_option("--recipe", options->recipe, "YAML file: dimensions and schedule")
        ->required();
    command->add_option("--tokens", options->tokens, "token stream to train on (safetensors)")
        ->required();
    command->add_option("--valid", options->valid, "token windows for the validation loss")
        ->required();
    command
        ->add_option("--out", options->out,
                     "folder: snapshot.pt while training, then config.json and model.safetensors")
        ->required();
    command->add_option("--device", options->device, device_help);
    command->add_option("--threads", options->threads, "CPU threads; the trained bits depend on it")
        ->check(CLI::Range(1, 1024));
    command->add_option("--save-every", options->save_every, "steps between snapshots")
        ->check(CLI::Range(1, 1'000'000));
    command->add_flag("--resume", options->resume, "go on from the folder's snapshot");
    command->callback([options, &run] { run = [options] { return train(*options); }; });
}

} // namespace fp4::quant
