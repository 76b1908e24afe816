// Finds and loads the RTL core for a shape, profile and tracing choice.
#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include "fp4/arithmetic/rtl_formats.hpp"
#include "fp4/result.hpp"
#include "rtl_core.hpp"

namespace fp4::sim {

// A core, which keeps the library that it lives in.
class LoadedCore {
  public:
    // folder/core-<rows>x<cols>-<profile>[-<formats>][-fst].so, formats being the name of a set
    // unless it is the first. Errors: no such core (lists those present), a library that is not a
    // core or another one than its name says.
    static Result<LoadedCore> load(const std::filesystem::path& folder, CoreShape shape,
                                   std::string_view profile, bool waveform,
                                   const RtlFormatSet& formats = rtl_format_sets[0]);

    RtlCore& operator*() const { return *core_; }
    RtlCore* operator->() const { return core_.get(); }

  private:
    std::shared_ptr<RtlCore> core_;
};

} // namespace fp4::sim
