// NVIDIA's conversions as their headers do them on a host, beside golden's; a second opinion that
// shares nothing with golden.
#pragma once
#include <cuda_fp4.h>
#include <cuda_fp8.h>

#include <bit>
#include <cstdint>
#include <optional>

#include "encode/e2m1_round.hpp"
#include "fp4/formats/scale.hpp"

namespace fp4::test {

inline constexpr const ScaleSpec& ue4m3 = spec_of(ScaleType::ue4m3);

struct ToE2m1 {
    static int nvidia(float x) { return __nv_cvt_float_to_fp4(x, __NV_E2M1, cudaRoundNearest); }
    static int golden(float x) { return encode_e2m1_rne(x).code; }
};

struct ToUe4m3 { // of values that are not negative
    static int nvidia(float x) { return __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E4M3); }
    static int golden(float x) { return encode_scale(ue4m3, x, ue4m3.max_payload); }
};

// The first binary32 pattern of first, first + stride, ... <= last that the two convert
// differently.
template <class Conversion>
std::optional<uint32_t> first_difference(uint32_t first, uint32_t last, uint32_t stride = 1) {
    for (uint64_t bits = first; bits <= last; bits += stride) {
        const auto x = std::bit_cast<float>(static_cast<uint32_t>(bits));
        if (Conversion::nvidia(x) != Conversion::golden(x)) return static_cast<uint32_t>(bits);
    }
    return std::nullopt;
}

} // namespace fp4::test
