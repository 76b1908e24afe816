// One step of the block-scaled FP4 instruction (mma.sync m16n8k64, kind::mxf4nvf4) per row of
// operands, raw: what goes in and what comes out, nothing computed beside it.
#pragma once
#include "../arithmetic/host_device.hpp"
#include "words.hpp"

namespace fp4::kernels {

// 64 products, their scales and C. Codes: element k in nibble k % 8 of word k / 8, lowest first;
// scale bytes: block 0 in the lowest byte.
struct ProbeRow {
    uint32_t a[8], b[8];
    uint32_t a_scales, b_scales;
    uint32_t c;
};

// Row i stands alone in row i % 16 of A and column i % 8 of B, the others are zeros.
struct Probe {
    static constexpr int threads = 32, shared_bytes = 0;

    const ProbeRow* rows;
    uint32_t* d; // one for each row
    int64_t count;

    int64_t blocks() const { return count; }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        const int lane = context.thread(), group = lane / 4, quarter = lane % 4;
        const int64_t i = context.block_x();
        const int m = static_cast<int>(i % 16), n = static_cast<int>(i % 8);
        const ProbeRow& row = rows[i];
        uint32_t a[4], b[2];
#pragma unroll
        for (int r = 0; r < 4; ++r)
            a[r] = group + 8 * (r % 2) == m ? row.a[quarter + 4 * (r / 2)] : 0;
#pragma unroll
        for (int r = 0; r < 2; ++r) b[r] = group == n ? row.b[quarter + 4 * r] : 0;
        // Lanes 0 and 1 of four bring the scales of rows g and g + 8.
        const uint32_t a_scales = group + 8 * (quarter % 2) == m ? row.a_scales : 0,
                       b_scales = group == n ? row.b_scales : 0;
        float c[4];
#pragma unroll
        for (int e = 0; e < 4; ++e) c[e] = is_output(e, group, quarter, m, n) ? float_of(row.c) : 0;
        context.mma_mxf4nvf4(c, a, b, a_scales, b_scales);
#pragma unroll
        for (int e = 0; e < 4; ++e)
            if (is_output(e, group, quarter, m, n)) d[i] = word_of(c[e]);
    }

  private:
    FP4_HD static bool is_output(int e, int group, int quarter, int m, int n) {
        return group + 8 * (e / 2) == m && 2 * quarter + e % 2 == n;
    }
};

} // namespace fp4::kernels
