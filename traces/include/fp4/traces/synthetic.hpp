// Numbers with the statistics of a trained transformer layer, from a counter-based generator: the
// same bytes on every machine.
//
// Every value is a function of (seed, tensor name, position) alone. Only integers, tables and
// binary32 + - x enter; no libm.
//   weights      0.02 * row spread * column spread * t5, rounded to BF16
//   activations  channel spread * t5, outlier channels (about 1 in 256) 8 to 32 times larger,
//   rounded to BF16
// t5: a sum of four uniforms times one of 64 quantiles of sqrt(5 / chi2_5), which follows Student's
// t with 5 degrees of freedom.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"

namespace fp4::traces {

// rows x k weights of one linear, row-major.
std::vector<float> synthetic_weights(uint64_t seed, std::string_view tensor, uint64_t rows,
                                     uint64_t k);

// tokens x k inputs of one linear. Linears that read the same activations pass the same name. The
// first rows do not depend on `tokens`.
std::vector<float> synthetic_activations(uint64_t seed, std::string_view tensor, uint64_t tokens,
                                         uint64_t k);

// rows x k of uniformly random codes and scale bytes: no statistics of any model, every decoder
// path. NaN scale bytes only in about one row of 16, so that most outputs are numbers. About one
// block in `zero_blocks` has zeros alone for elements, under whatever scale; none where it is 0.
PackedTensor uniform_operand(uint64_t seed, std::string_view tensor, const OperandFormat& format,
                             uint64_t rows, uint64_t k, uint64_t zero_blocks = 0);

// Row-major C inputs for accumulation tests: magnitudes around those of a layer's sums, one in 16
// any bit pattern (NaN and infinity included).
std::vector<uint32_t> synthetic_c_bits(uint64_t seed, std::string_view tensor, uint64_t count);

} // namespace fp4::traces
