// A dense matrix to packed codes and scale bytes under a tensor scale that is given: weights once,
// activations as they come.
#pragma once
#include "../arithmetic/encode_nv.hpp"
#include "../arithmetic/encode_razer.hpp"
#include "source.hpp"

namespace fp4::kernels {

// A thread makes a block. All values are finite.
template <class Rule, Dense source>
struct Encode {
    static constexpr int threads = 128;
    static constexpr int shared_bytes = 0;

    const void* x; // rows x k
    int64_t count; // rows * k, a multiple of the block
    float tensor_scale;
    Rule rule;
    uint8_t* codes;  // count / 2
    uint8_t* scales; // count / block

    int64_t blocks() const { return (count / Rule::block + threads - 1) / threads; }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int64_t block = context.block_x() * threads + context.thread();
        if (block >= count / Rule::block) return;
        float values[Rule::block];
#pragma unroll
        for (int i = 0; i < Rule::block; i += 16)
            load16<source>(*reinterpret_cast<float(*)[16]>(values + i), x, block * Rule::block + i);
        const auto encoded = rule(values, tensor_scale);
#pragma unroll
        for (int i = 0; i < Rule::block / 16; ++i)
            store(codes + block * Rule::block / 2 + 8 * i,
                  Words2{{encoded.codes[2 * i], encoded.codes[2 * i + 1]}});
        scales[block] = static_cast<uint8_t>(encoded.scale_byte);
    }
};

} // namespace fp4::kernels
