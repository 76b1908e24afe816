// A block of nvfp4 by NVIDIA's conversion rules, and one of mxfp4 under a power of two, two binades
// below that of its largest element or one.
#pragma once
#include "encoded.hpp"
#include "round_element.hpp"
#include "round_scale.hpp"

namespace fp4::kernels {

// Encoder `nv`.
struct EncodeNv {
    static constexpr int block = 16;

    FP4_HD Encoded<block> operator()(const float (&x)[block], float tensor_scale) const {
        const uint32_t payload = round_scale(
            ScaleType::ue4m3, divide_rn(divide_rn(amax_of(x), 6.0f), tensor_scale), 0x7E);
        const float unit = multiply_rn(scale_value(ScaleType::ue4m3, payload), tensor_scale);
        Encoded<block> out{payload, {}};
#pragma unroll
        for (int i = 0; i < block; ++i)
            out.put(i, payload ? e2m1_rne(divide_rn(x[i], unit)) : word_of(x[i]) >> 31 << 3);
        return out;
    }
};

// Encoders `ocp`, `ocp-ceil` and `ocp-even`. There is no tensor scale.
struct EncodeOcp {
    static constexpr int block = 32;

    float raised_from; // the significand of the largest from which the scale is raised

    FP4_HD Encoded<block> operator()(const float (&x)[block], float) const {
        const uint32_t amax = word_of(amax_of(x));
        const float significand = float_of((amax & 0x7FFFFF) | 0x3F800000);
        int exponent = static_cast<int>(amax >> 23) - 127 - (significand >= raised_from ? 1 : 2);
        // Of a subnormal at most -128.
        if (exponent < -127) exponent = -127;
        const float factor = float_of(static_cast<uint32_t>(127 - exponent) << 23);
        Encoded<block> out{amax ? static_cast<uint32_t>(exponent + 127) : 0, {}};
#pragma unroll
        for (int i = 0; i < block; ++i) out.put(i, e2m1_rne(multiply_rn(x[i], factor)));
        return out;
    }
};

} // namespace fp4::kernels
