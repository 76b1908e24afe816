// Files of dot products measured on a GPU, checked against the profile of its tensor cores.
//
// Plain or gzip text. Lines that begin with '#' come first; the first of them carries gpu= format=
// k= digits= rows= columns=. Then `rows` lines, one space between columns: k codes of `digits`
// hexadecimal digits each, k = 0 first, C and D32 binary32.
// - columns=a,b,c,d32,d16: fp16, bf16, tf32, e4m3 or e5m2, under the dot profile of that GPU. D16
//   is binary16 of the same dot product with f16 output, C being RNE_f16(c); what was not measured
//   is '-'.
// - columns=a,b,sfa,sfb,c,d32: nvfp4, with a scale byte for every 16 elements, block 0 first, under
//   the profile that the caller names; of any GPU.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/dot_profile.hpp"
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
    std::string_view profile;
    int digits;        // of a result
    uint32_t expected; // the measured bits
    uint32_t found;    // the profile's
};

// "FILE:LINE: PROFILE: expected BITS, found BITS"
std::string describe(const SiliconMismatch& mismatch);

struct SiliconOptions {
    std::function<void(const SiliconMismatch&)> on_mismatch; // the first `limit` of a file
    uint64_t limit = 0;
    const Arithmetic& fp4_profile = nv_blackwell; // of nvfp4 rows
};

// Checks every result of one file. Hopper's binary32 FP8 results were measured with C = 0, so their
// C is not added. Memory is bounded whatever the file holds. Errors ("FILE:LINE: ..."): a file that
// cannot be read or ends early, a GPU or format without measured profile, a line not as described
// above.
Result<SiliconCounts> check_silicon_file(const std::string& path, const SiliconOptions& options);

} // namespace fp4::vec
