// The W4A16 kernel's order of instructions on tensor cores as golden models them.
#pragma once
#include "check.hpp"
#include "fp4/arithmetic/dot_profile.hpp"

namespace fp4::kernels {

// Words of tokens x N binary32: eight warps, each a chain over its panels of 256 columns, their
// results added one after the other. x: tokens x K binary16. Errors: shapes that do not hold.
Result<std::vector<uint32_t>> w4a16_model(const DenseMatrix& x, const PackedTensor& w,
                                          const DotProfile& tensor_cores);

} // namespace fp4::kernels
