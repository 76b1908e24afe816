// Random packed matrices on the GPU, and single rows of them on the host, where golden works on
// them.
#pragma once
#include <span>

#include "arithmetic/operand.hpp"
#include "device.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4::kernels::bench {

struct PackedWeights {
    Format format;
    Memory codes, scales;
    Operand operand;

    // Every code and every scale byte that is no NaN, all alike; specials 5 and 8.
    PackedWeights(Format format, int64_t rows, int64_t k, uint64_t seed);

    PackedTensor rows(std::span<const int64_t> chosen) const;
};

inline constexpr Specials specials{10, 16};

double packed_bytes(Format format, int64_t rows, int64_t k);

// `count` indices from 0 to rows - 1, the first and the last among them.
std::vector<int64_t> sample(int64_t rows, int64_t count);

// How many distinct matrices of so many bytes replays in turn need to find none of them in L2: four
// times its size, and 240 MB.
int rotations(double bytes);

} // namespace fp4::kernels::bench
