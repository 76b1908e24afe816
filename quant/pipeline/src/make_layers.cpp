#include "fp4/quant/pipeline/make_layers.hpp"

#include <algorithm>

#include "fp4/quant/faar/output_curvature.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Status make_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    return failed
               ? Status(Error{ErrorCode::write_failed, folder.string() + ": " + failed.message()})
               : Done{};
}

constexpr int64_t curvature_windows = 128;
constexpr double curvature_damp = 0.01;

Result<std::vector<QuantizedLayer>> refined(const CausalLm& model,
                                            std::vector<QuantizedLayer> layers,
                                            const Scheme& scheme, const AlignmentWork& work,
                                            QuantizeProgress& progress) {
    if (work.refine.options.rounds == 0) return layers;
    const auto first = [&](int64_t count) {
        return work.windows.narrow(0, 0, std::min(count, work.windows.size(0)));
    };
    const auto curvature =
        output_curvature(model, first(curvature_windows), {.damp = curvature_damp});
    return refine_roundings(model, std::move(layers), scheme, first(work.refine.windows), curvature,
                            work.refine.options,
                            [&](const RefineRound& round) { progress.refined(round); });
}

} // namespace

Status make_layers(ModelQuantizer& quantizer, size_t layers, const LayerFiles& files,
                   QuantizeProgress& progress) {
    FP4_TRY(make_folder(files.folder));
    while (quantizer.next_layer() < layers) {
        const auto layer = quantizer.next_layer();
        if (std::filesystem::exists(files.path(layer))) {
            FP4_TRY_ASSIGN(auto done, files.load(layer));
            FP4_TRY(quantizer.pass(std::move(done)));
            continue;
        }
        FP4_TRY_ASSIGN(const auto quantized, quantizer.quantize_next());
        FP4_TRY(progress.layer_made(layer));
        FP4_TRY(files.save(layer, quantized));
    }
    return Done{};
}

Status align_layers(const CausalLm& model, const LayerFiles& stage1, const LayerFiles& files,
                    const AlignmentWork& work, QuantizeProgress& progress) {
    const size_t layers = model.layers.size();
    if (files.all_there(layers)) return Done{};
    FP4_TRY(make_folder(files.folder));
    std::vector<QuantizedLayer> start;
    for (size_t layer = 0; layer < layers; ++layer) {
        FP4_TRY_ASSIGN(auto loaded, stage1.load(layer));
        start.push_back(std::move(loaded));
    }
    FP4_TRY_ASSIGN(auto alignment, Alignment::make(model, std::move(start), files.scheme,
                                                   work.windows, work.recipe));
    const auto snapshot = files.folder / "alignment.safetensors";
    if (std::filesystem::exists(snapshot)) {
        FP4_TRY(alignment.resume(snapshot, files.fingerprint));
        progress.alignment_resumed(alignment.step());
    }
    const int64_t steps = work.recipe.schedule.steps;
    while (alignment.step() < steps) {
        FP4_TRY_ASSIGN(const auto step, alignment.train_step());
        progress.alignment_step(step);
        if (alignment.step() % work.save_every != 0 && alignment.step() != steps) continue;
        FP4_TRY(progress.alignment_reached(alignment.step(), alignment.state()));
        FP4_TRY(alignment.save(snapshot, files.fingerprint));
    }
    FP4_TRY_ASSIGN(auto hardened,
                   refined(model, alignment.hardened(), files.scheme, work, progress));
    for (size_t layer = 0; layer < layers; ++layer) FP4_TRY(files.save(layer, hardened[layer]));
    std::error_code ignored;
    std::filesystem::remove(snapshot, ignored);
    return Done{};
}

} // namespace fp4::quant
