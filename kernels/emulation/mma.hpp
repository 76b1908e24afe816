// Warp-wide instructions on the data of 32 lanes, with the fragment layouts of the PTX manual.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace fp4::kernels {

struct MmaS8Lane {
    uint32_t a[2], b;
    int32_t d[4];
};

// m16n8k16, s8 x s8 -> s32, C = 0. Lane 4g + t: a[r] is row g + 8r, k = 4t..4t+3; b is column g,
// the same k; d[e] is row g + 8(e/2), column 2t + e%2.
void mma_s8_together(std::span<void* const> lanes);

// How the tensor cores of a GPU add: so many products and C at a time, aligned to the largest
// exponent, cut to so many bits below it, added exactly, cut to binary32.
struct TensorCores {
    std::string_view name; // of golden's model
    int products, kept_bits;
};
inline constexpr TensorCores ampere{"a100-fp16-f32", 8, 24}, hopper{"h100-fp16-f32", 16, 25};

struct MmaF16Lane {
    const TensorCores* tensor_cores;
    uint32_t a[4], b[2];
    float c[4];
};

// m16n8k16, f16 x f16 + f32. Lane 4g + t: a[r] is row g + 8(r%2), k = 2t + 8(r/2) and the next;
// b[r] is column g, k = 2t + 8r and the next; c as in MmaS8Lane. Finite operands.
void mma_f16_together(std::span<void* const> lanes);

// D of one step from 64 codes and four scale bytes a side, lowest first as registers hold them, and
// C.
using Mxf4Step = std::function<uint32_t(const uint32_t (&a)[8], uint32_t a_scales,
                                        const uint32_t (&b)[8], uint32_t b_scales, uint32_t c)>;

// Profile nv-blackwell.
uint32_t mxf4_step(const uint32_t (&a)[8], uint32_t a_scales, const uint32_t (&b)[8],
                   uint32_t b_scales, uint32_t c);

struct MmaMxf4Lane {
    const Mxf4Step* step;
    uint32_t a[4], b[2], a_scales, b_scales;
    float c[4];
};

// m16n8k64 of E2M1 under UE4M3 scales, kind::mxf4nvf4, 4X: one step for each output. Lane
// 4g + t: a[r] is row g + 8(r%2), k = 8t + 32(r/2) and the next seven; b[r] is column g, k = 8t +
// 32r and the next seven; scales of row m come from lane 4(m%8) + m/8, of column n from lane 4n; c
// as in MmaS8Lane.
void mma_mxf4nvf4_together(std::span<void* const> lanes);

struct ShuffleLane {
    uint32_t in;
    int mask;
    uint32_t out;
};

// Lane i gets what lane i ^ mask brought.
void shuffle_xor_together(std::span<void* const> lanes);

} // namespace fp4::kernels
