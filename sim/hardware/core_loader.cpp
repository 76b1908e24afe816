#include "core_loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <set>

#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::sim {

Result<LoadedCore> LoadedCore::load(const std::filesystem::path& folder, CoreShape shape,
                                    std::string_view profile, bool waveform,
                                    const RtlFormatSet& formats) {
    const std::string set =
        formats.name == rtl_format_sets[0].name ? "" : "-" + std::string(formats.name);
    const auto path = folder / fmt::format("core-{}x{}-{}{}{}.so", shape.rows, shape.cols, profile,
                                           set, waveform ? "-fst" : "");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        std::set<std::string> present;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            if (entry.path().extension() == ".so") present.insert(entry.path().stem().string());
        return Error{
            ErrorCode::unknown_name,
            fmt::format("RTL core {}: not built (CMake: FP4_ARRAYS, FP4_FST, target "
                        "other_cores); present: {}",
                        path.stem().string(),
                        present.empty() ? "none" : fmt::format("{}", fmt::join(present, ", ")))};
    }
    const std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL),
                                        [](void* opened) {
                                            if (opened) dlclose(opened);
                                        });
    if (!library)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected an RTL core: {}", path.string(), dlerror())};
    const auto create = reinterpret_cast<RtlCoreFactory>(dlsym(library.get(), rtl_core_factory));
    if (!create)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected the symbol {}", path.string(), rtl_core_factory)};
    LoadedCore loaded;
    loaded.core_ = {create(), [library](RtlCore* core) { delete core; }};
    if (loaded.core_->shape() != shape || loaded.core_->arithmetic().name != profile)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected the core its name says, found {}x{} {}",
                                 path.string(), loaded.core_->shape().rows,
                                 loaded.core_->shape().cols, loaded.core_->arithmetic().name)};
    return loaded;
}

} // namespace fp4::sim
