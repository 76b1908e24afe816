// What a kernel body asks of the machine it runs on, on a GPU; the CPU's is emulation/emulate.hpp.
#pragma once
#include <cstdint>

#include "../bodies/words.hpp"

namespace fp4::kernels {

class DeviceContext {
  public:
    explicit __device__ DeviceContext(void* shared) : shared_(shared) {}

    __device__ int thread() const { return static_cast<int>(threadIdx.x); }
    __device__ int64_t block_x() const { return blockIdx.x; }
    __device__ int64_t block_y() const { return blockIdx.y; }
    __device__ void* shared() const { return shared_; }
    __device__ void sync() { __syncthreads(); }
    __device__ void sync_warp() { __syncwarp(); }

    // Volatile: all lanes of a warp meet in these, so none may be moved behind a branch.
    __device__ void mma_s8(int32_t (&d)[4], uint32_t a0, uint32_t a1, uint32_t b) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5}, "
                     "{%6}, {%7, %7, %7, %7};"
                     : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
                     : "r"(a0), "r"(a1), "r"(b), "r"(0));
    }

    __device__ void mma_f16(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, "
                     "%6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
    }

    // c += a * b of E2M1 codes under four UE4M3 scales a row.
    __device__ void mma_mxf4nvf4(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
                                 uint32_t a_scales, uint32_t b_scales) {
        asm volatile("mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X."
                     "f32.e2m1.e2m1.f32.ue4m3 "
                     "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3}, {%10}, {0, "
                     "0}, {%11}, {0, 0};"
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]),
                       "r"(a_scales), "r"(b_scales));
    }

    __device__ Words4 stream_words4(const void* address) const {
        Words4 out;
        asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(out.word[0]), "=r"(out.word[1]), "=r"(out.word[2]), "=r"(out.word[3])
                     : "l"(address));
        return out;
    }

    __device__ Words2 stream_words2(const void* address) const {
        Words2 out;
        asm volatile("ld.global.nc.L1::no_allocate.v2.u32 {%0, %1}, [%2];"
                     : "=r"(out.word[0]), "=r"(out.word[1])
                     : "l"(address));
        return out;
    }

    __device__ uint32_t shuffle_xor(uint32_t value, int mask) {
        return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
    }

    __device__ void atomic_max(uint32_t* address, uint32_t value) const {
        atomicMax(address, value);
    }

  private:
    void* shared_;
};

} // namespace fp4::kernels
