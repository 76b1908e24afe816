#include "fp4/quant/train/trainer.hpp"

#include <torch/optim/adamw.h>
#include <torch/serialize.h>

#include <algorithm>
#include <cmath>

#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/rms_norm.hpp"
#include "fp4/quant/model/seeded_generator.hpp"
#include "fp4/io/atomic_file.hpp"
#include "parameters.hpp"

namespace fp4::quant {
namespace {

// Parameters are leaves of the graph on the device where they are trained.
CausalLm parameters_on(torch::Device device, CausalLm model) {
    torch::NoGradGuard no_grad;
    model = to_device(std::move(model), device);
    for (const auto& [name, parameter] : parameters(model)) parameter.requires_grad_(true);
    return model;
}

std::vector<Tensor> bf16_linears(const LayerWeights& weights, LinearGroup group,
                                 const Tensor& input) {
    const auto narrow = input.to(torch::kBFloat16);
    std::vector<Tensor> outputs;
    for (const LinearOp op : members(group))
        outputs.push_back(torch::linear(narrow, weights[op].to(torch::kBFloat16)));
    return outputs;
}

} // namespace

struct Trainer::Optimizer {
    explicit Optimizer(const TrainRecipe& recipe, const CausalLm& model) {
        std::vector<Tensor> matrices, norms;
        for (const auto& [name, parameter] : parameters(model))
            (parameter.dim() == 2 ? matrices : norms).push_back(parameter);
        const auto options =
            torch::optim::AdamWOptions(recipe.learning_rate).betas({recipe.beta1, recipe.beta2});
        std::vector<torch::optim::OptimizerParamGroup> groups;
        groups.emplace_back(
            matrices, std::make_unique<torch::optim::AdamWOptions>(
                          torch::optim::AdamWOptions(options).weight_decay(recipe.weight_decay)));
        groups.emplace_back(norms, std::make_unique<torch::optim::AdamWOptions>(
                                       torch::optim::AdamWOptions(options).weight_decay(0)));
        adamw = std::make_unique<torch::optim::AdamW>(std::move(groups), options);
    }

    void set_learning_rate(double rate) {
        for (auto& group : adamw->param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    }

    std::unique_ptr<torch::optim::AdamW> adamw;
};

Trainer::Trainer(const TrainRecipe& recipe, std::vector<int32_t> stream, torch::Device device)
    : recipe_(recipe), stream_(torch::tensor(stream, torch::kInt)),
      model_(parameters_on(device, initial_model(recipe.model, seeded_generator(recipe.seed, 0)))),
      optimizer_(std::make_unique<Optimizer>(recipe, model_)) {}

Trainer::~Trainer() = default;

// An epoch cuts the stream into windows from a random first token and takes them in random order.
Tensor Trainer::batch(uint64_t step) const {
    const auto length = static_cast<int64_t>(recipe_.window_tokens),
               windows = (stream_.size(0) - length) / length - 1;
    std::vector<Tensor> rows;
    for (uint64_t i = 0; i < recipe_.batch_windows; ++i) {
        const uint64_t number = step * recipe_.batch_windows + i,
                       epoch = number / static_cast<uint64_t>(windows);
        auto random = seeded_generator(recipe_.seed, 1 + epoch); // 0 made the initial parameters
        const auto first = torch::randint(length, {1}, random, torch::kLong).item<int64_t>();
        const auto order = torch::randperm(windows, random, torch::kLong);
        const auto window =
            order[static_cast<int64_t>(number % static_cast<uint64_t>(windows))].item<int64_t>();
        rows.push_back(stream_.narrow(0, first + window * length, length + 1));
    }
    return torch::stack(rows).to(model_.embed_tokens.device(), torch::kLong);
}

double Trainer::train_step() {
    optimizer_->set_learning_rate(learning_rate(recipe_, step_));
    const auto tokens = batch(step_);
    const auto length = tokens.size(1) - 1;
    const LayerLinears narrow = [this](size_t layer) -> GroupFunction {
        return [&weights = model_.layers[layer]](LinearGroup group, const Tensor& input) {
            return bf16_linears(weights, group, input);
        };
    };
    optimizer_->adamw->zero_grad();
    const auto hidden = hidden_states(model_, tokens.narrow(1, 0, length),
                                      recipe_.bf16_products ? narrow : LayerLinears{});
    const auto targets = tokens.narrow(1, 1, length).reshape({-1});
    Tensor scores;
    if (recipe_.bf16_products)
        scores = torch::linear(
                     rms_norm(hidden, model_.norm, recipe_.model.rms_norm_eps).to(torch::kBFloat16),
                     model_.lm_head.to(torch::kBFloat16))
                     .to(torch::kFloat);
    else
        scores = logits(model_, hidden);
    const auto loss = torch::cross_entropy_loss(scores.flatten(0, 1), targets);
    loss.backward();
    clip_gradients(model_, recipe_.gradient_norm);
    optimizer_->adamw->step();
    ++step_;
    return loss.item<double>();
}

Status Trainer::save(const std::filesystem::path& path) const {
    torch::serialize::OutputArchive archive, optimizer;
    for (const auto& [name, parameter] : parameters(model_))
        archive.write(name, parameter.detach().to(torch::kCPU));
    optimizer_->adamw->save(optimizer);
    archive.write("optimizer", optimizer);
    archive.write("step", torch::tensor(static_cast<int64_t>(step_)));
    std::ostringstream bytes;
    archive.save_to(bytes);
    return io::write_file_atomically(path, bytes.str());
}

Status Trainer::resume(const std::filesystem::path& path) {
    try {
        torch::serialize::InputArchive archive, optimizer;
        archive.load_from(path.string(), model_.embed_tokens.device());
        const auto own = parameters(model_);
        std::vector<Tensor> saved(own.size());
        for (size_t i = 0; i < own.size(); ++i) {
            archive.read(own[i].first, saved[i]);
            TORCH_CHECK(saved[i].sizes() == own[i].second.sizes());
        }
        Tensor step;
        archive.read("step", step);
        archive.read("optimizer", optimizer);
        optimizer_->adamw->load(optimizer);
        torch::NoGradGuard no_grad;
        for (size_t i = 0; i < own.size(); ++i) Tensor(own[i].second).copy_(saved[i]);
        step_ = static_cast<uint64_t>(step.item<int64_t>());
    } catch (const std::exception&) {
        return Error{ErrorCode::bad_file,
                     path.string() + ": expected a snapshot of this recipe's training"};
    }
    return Done{};
}

double mean_nll(const CausalLm& model, const Tensor& windows) {
    torch::NoGradGuard no_grad;
    double sum = 0;
    for (const auto& some : windows.split(32)) {
        const auto tokens = some.to(model.embed_tokens.device(), torch::kLong);
        const auto length = tokens.size(1) - 1;
        const auto scores = logits(model, hidden_states(model, tokens.narrow(1, 0, length)));
        sum += torch::cross_entropy_loss(scores.flatten(0, 1),
                                         tokens.narrow(1, 1, length).reshape({-1}), {},
                                         at::Reduction::Sum)
                   .item<double>();
    }
    return sum / static_cast<double>(windows.size(0) * (windows.size(1) - 1));
}

} // namespace fp4::quant
