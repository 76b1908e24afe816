#include "core_loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <set>

#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::sim {

Result<LoadedCore> LoadedCore::load(const std::filesystem::path& folder, CoreShape shape,
                                    std::string_view profile, bool waveform) {
    const auto path = folder / fmt::format("core-{}x{}-{}{}.so", shape.rows, shape.cols, profile,
                                           waveform ? "-fst" : "");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        std::set<std::string> present;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            if (entry.path().extension() == ".so") present.insert(entry.path().stem().string());
        return Error{
            ErrorCode::unknown_name,
            fmt::format("RTL core {}: not built (CMake: FP4_ARRAYS, FP4_FST); present: {}",
                        path.stem().string(),
                        present.empty() ? "none" : fmt::format("{}", fmt::join(present, ", ")))};
    }
    LoadedCore loaded;
    loaded.library_ = {dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* library) {
                           if (library) dlclose(library);
                       }};
    if (!loaded.library_)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected an RTL core: {}", path.string(), dlerror())};
    const auto create =
        reinterpret_cast<RtlCoreFactory>(dlsym(loaded.library_.get(), rtl_core_factory));
    if (!create)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected the symbol {}", path.string(), rtl_core_factory)};
    loaded.core_.reset(create());
    if (loaded.core_->shape() != shape ||
        arithmetic_profiles[loaded.core_->profile()].name != profile)
        return Error{ErrorCode::bad_file,
                     fmt::format("{}: expected the core its name says, found {}x{} {}",
                                 path.string(), loaded.core_->shape().rows,
                                 loaded.core_->shape().cols,
                                 arithmetic_profiles[loaded.core_->profile()].name)};
    return loaded;
}

} // namespace fp4::sim
