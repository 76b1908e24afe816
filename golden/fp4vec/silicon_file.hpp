// Files of dot products measured on a GPU, checked against the dot profile of that GPU.
//
// Plain or gzip text. Lines that begin with '#' come first; the first of them carries gpu= format=
// k= digits= rows= columns=a,b,c,d32,d16. Then `rows` lines "A B C D32 D16", one space between
// columns: k codes of `digits` hexadecimal digits each, k = 0 first; C and D32 binary32; D16
// binary16 of the same dot product with f16 output, C being RNE_f16(c). A result that was not
// measured is '-'.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fp4/dot_profile.hpp"
#include "fp4/result.hpp"

namespace fp4::vec {

struct SiliconCounts {
    uint64_t rows = 0;
    uint64_t passed = 0; // results, of which a row has up to two
    uint64_t failed = 0;
};

struct SiliconMismatch {
    std::string_view file;
    uint64_t line;
    const DotProfile& profile;
    uint32_t expected; // the measured bits
    uint32_t found;    // the profile's
};

// "FILE:LINE: PROFILE: expected BITS, found BITS"
std::string describe(const SiliconMismatch& mismatch);

// Checks every result of one file; the first `limit` mismatches go to on_mismatch. Hopper's
// binary32 FP8 results were measured with C = 0, so their C is not added. Memory is bounded
// whatever the file holds. Errors ("FILE:LINE: ..."): a file that cannot be read or ends early, a
// GPU or format without measured profile, a line not as described above.
Result<SiliconCounts>
check_silicon_file(const std::string& path,
                   const std::function<void(const SiliconMismatch&)>& on_mismatch, uint64_t limit);

} // namespace fp4::vec
