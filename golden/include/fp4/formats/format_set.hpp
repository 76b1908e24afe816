// Sets of formats, one bit each.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>

#include "fp4/formats/format.hpp"

namespace fp4 {

// Bit n is the format of number n.
using FormatSet = uint32_t;

constexpr FormatSet format_set(std::initializer_list<Format> formats) {
    FormatSet set = 0;
    for (const Format format : formats) set |= FormatSet{1} << static_cast<int>(format);
    return set;
}

constexpr bool contains(FormatSet set, Format format) {
    return set >> static_cast<int>(format) & 1;
}

// Those whose rows have a property.
template <class Property>
constexpr FormatSet formats_that(Property has) {
    FormatSet set = 0;
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (std::invoke(has, format_specs[i])) set |= FormatSet{1} << i;
    return set;
}

inline constexpr FormatSet formats_in_rtl =
    formats_that([](const FormatSpec& spec) { return spec.in_rtl; });

// Bytes of the longest scale record.
constexpr int max_record_bytes(FormatSet set) {
    int bytes = 1;
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (set >> i & 1) bytes = std::max(bytes, format_specs[i].scale_bytes());
    return bytes;
}

} // namespace fp4
