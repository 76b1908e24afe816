#include "fp4/io/dtype.hpp"

namespace fp4::io {

std::optional<uint64_t> element_count(std::span<const uint64_t> shape) {
    uint64_t count = 1;
    for (const uint64_t dimension : shape)
        if (__builtin_mul_overflow(count, dimension, &count)) return std::nullopt;
    return count;
}

std::optional<uint64_t> packed_bytes(Dtype dtype, uint64_t elements) {
    uint64_t bits = 0;
    if (__builtin_mul_overflow(elements, uint64_t{spec_of(dtype).bits}, &bits) || bits % 8 != 0)
        return std::nullopt;
    return bits / 8;
}

} // namespace fp4::io
