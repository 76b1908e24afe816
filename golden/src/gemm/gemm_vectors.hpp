// Vectors of gemm_lanes.hpp; included where vector_bytes is defined. 64-bit lanes hold every second
// column.

using I32 = int32_t __attribute__((vector_size(vector_bytes)));
using U32 = uint32_t __attribute__((vector_size(vector_bytes)));
using F32 = float __attribute__((vector_size(vector_bytes)));
using I64 = int64_t __attribute__((vector_size(vector_bytes)));
using U64 = uint64_t __attribute__((vector_size(vector_bytes)));
using F64 = double __attribute__((vector_size(vector_bytes)));
constexpr int lanes = vector_bytes / 4;
