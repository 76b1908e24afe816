// Which formats the RTL multiplies: by profile, and the named sets that its cores are built for.
#pragma once
#include <array>
#include <string_view>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/format_set.hpp"

namespace fp4 {

// What the RTL of a profile takes: formats whose sums fit 64 bits in exact sums, elements that are
// binary fractions in the others.
constexpr FormatSet rtl_formats(const Arithmetic& profile) {
    return formats_in_rtl & formats_that([&](const FormatSpec& spec) {
               return profile.accumulation == Accumulation::exact ? spec.fits_int64_sum()
                                                                  : spec.lane_divisor() == 1;
           });
}

// A core decodes on either side the formats of a set that its profile takes.
struct RtlFormatSet {
    std::string_view name;
    std::string_view summary;
    FormatSet formats;
};

// The first is that of cores which no set is named for.
inline constexpr std::array<RtlFormatSet, 2> rtl_format_sets{{
    {"razer", "NVFP4 and RaZeR", format_set({Format::nvfp4, Format::razer_w, Format::razer_a})},
    {"all", "every format that the profile takes", formats_in_rtl},
}};

} // namespace fp4
