// From the words of a line to packed tensors, and back.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "fp4/arithmetic/block_term.hpp"
#include "fp4/gemm/gemm.hpp"
#include "hex.hpp"
#include "vector_config.hpp"

namespace fp4::vec {

using Lanes = std::array<uint8_t, dot_lanes>; // element codes, element 0 first

// Lanes as a SystemVerilog literal: element 0 is the last digit.
std::string literal(std::span<const uint8_t> codes);

// Codes of a literal, element 0 first.
std::vector<uint8_t> codes_of_literal(std::string_view text);

// Codes in `text` with k = 0 first, scale bytes in `scales` with block 0 first. Sizes are the
// caller's promise.
PackedTensor packed_rows(Format format, Specials specials, int rows, int k, std::string_view text,
                         std::string_view scales);

// One block: the 16 codes of a literal, then zeros up to the format's block.
PackedTensor packed_lanes(Format format, Specials specials, std::string_view text,
                          std::string_view scale);

// Digits of a scale record.
inline int scale_digits(Format format) { return 2 * spec_of(format).scale_bytes(); }

// A scale byte in hexadecimal and, where the format's records have more, bytes drawn from the codes
// that lie under them.
std::string scale_hex(Format format, uint8_t scale_byte, const Lanes& lanes);

// The record of these digits, the scale byte first.
ScaleRecord record_of_hex(std::string_view text);

Fp32 fp32_from_hex(std::string_view text);
inline std::string to_hex(Fp32 value) { return to_hex(value.bits, 8); }

// The only term of two packed_lanes operands.
BlockTerm term_of(const PackedTensor& a, const PackedTensor& b);

} // namespace fp4::vec
