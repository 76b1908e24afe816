#include "fp4/quant/pipeline/make_layers.hpp"

#include <algorithm>

#include "fp4/quant/pipeline/layer_file.hpp"
#include "fp4/quant/pipeline/layer_file_source.hpp"
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

bool all_there(const LayerFiles& files, size_t layers) {
    for (size_t layer = 0; layer < layers; ++layer)
        if (!std::filesystem::exists(files.path(layer))) return false;
    return true;
}

constexpr int64_t curvature_windows = 128;
constexpr double curvature_damp = 0.01;

Result<std::vector<QuantizedLayer>> refined(const CausalLm& model,
                                            std::vector<QuantizedLayer> layers,
                                            const Scheme& scheme, const AlignmentWork& work) {
    if (work.refine.options.rounds == 0) return layers;
    const auto first = [&](int64_t count) {
        return work.windows.narrow(0, 0, std::min(count, work.windows.size(0)));
    };
    const auto curvature =
        output_curvature(model, first(curvature_windows), {.damp = curvature_damp});
    return refine_roundings(model, std::move(layers), scheme, first(work.refine.windows), curvature,
                            work.refine.options, work.on_round);
}

} // namespace

std::filesystem::path LayerFiles::path(size_t layer) const {
    return LayerFileSource::layer_path(folder, layer);
}

Result<std::vector<QuantizedLayer>> LayerFiles::load(size_t layers) const {
    std::vector<QuantizedLayer> out;
    for (size_t layer = 0; layer < layers; ++layer) {
        FP4_TRY_ASSIGN(auto loaded, load_layer_file(path(layer), scheme, fingerprint));
        out.push_back(std::move(loaded));
    }
    return out;
}

Status make_layers(ModelQuantizer& quantizer, size_t layers, const LayerFiles& files,
                   const std::function<Status(size_t layer)>& before_save) {
    FP4_TRY(make_folder(files.folder));
    while (quantizer.next_layer() < layers) {
        const auto layer = quantizer.next_layer();
        const auto path = files.path(layer);
        if (std::filesystem::exists(path)) {
            FP4_TRY_ASSIGN(auto done, load_layer_file(path, files.scheme, files.fingerprint));
            FP4_TRY(quantizer.pass(std::make_shared<const QuantizedLayer>(std::move(done))));
            continue;
        }
        FP4_TRY_ASSIGN(const auto quantized, quantizer.quantize_next());
        if (before_save) FP4_TRY(before_save(layer));
        FP4_TRY(save_layer(path, quantized, files.fingerprint));
    }
    return Done{};
}

Status align_layers(const CausalLm& model, const LayerFiles& stage1, const LayerFiles& files,
                    const AlignmentWork& work) {
    const size_t layers = model.layers.size();
    if (all_there(files, layers)) return Done{};
    FP4_TRY(make_folder(files.folder));
    FP4_TRY_ASSIGN(auto start, stage1.load(layers));
    FP4_TRY_ASSIGN(auto alignment, Alignment::make(model, std::move(start), files.scheme,
                                                   work.windows, work.recipe));
    const auto snapshot = files.folder / "alignment.safetensors";
    if (std::filesystem::exists(snapshot)) {
        FP4_TRY(alignment.resume(snapshot, files.fingerprint));
        if (work.on_resume) work.on_resume(alignment.step());
    }
    const int64_t steps = work.recipe.schedule.steps;
    const auto saving = [&]() -> Status {
        return work.before_save ? work.before_save(alignment.step(), alignment.state()) : Done{};
    };
    while (alignment.step() < steps) {
        FP4_TRY_ASSIGN(const auto step, alignment.train_step());
        if (work.on_step) work.on_step(step);
        if (alignment.step() % work.save_every != 0 && alignment.step() != steps) continue;
        FP4_TRY(saving());
        FP4_TRY(alignment.save(snapshot, files.fingerprint));
    }
    FP4_TRY_ASSIGN(auto hardened, refined(model, alignment.hardened(), files.scheme, work));
    for (size_t layer = 0; layer < layers; ++layer)
        FP4_TRY(save_layer(files.path(layer), hardened[layer], files.fingerprint));
    std::error_code ignored;
    std::filesystem::remove(snapshot, ignored);
    return Done{};
}

} // namespace fp4::quant
