#include "engine.hpp"

#include <cstring>

namespace fp4::kernels {

uint32_t DenseMatrix::word(int64_t index) const {
    const auto size = static_cast<size_t>(bytes_of(type));
    uint32_t out = 0;
    std::memcpy(&out, bytes.data() + static_cast<size_t>(index) * size, size);
    return out;
}

} // namespace fp4::kernels
