// Quantisation of binary32 matrices. An encoder is a named, complete rule: tensor scale, block scale, element rounding, zeros and ties.
// All arithmetic is native binary32 and binary64, one rounding per operation, in the order written; no contraction.
#pragma once
#include <span>
#include <string_view>

#include "fp4/packed_tensor.hpp"

namespace fp4 {

struct EncoderSpec {
    std::string_view name;
    std::string_view summary;
};

enum class Encoder : uint8_t { nv, razer_paper };

inline constexpr std::array<EncoderSpec, 2> encoder_specs{{
    {"nv", "NVIDIA conversion rules: round to nearest even, zeros keep their sign"},
    {"razer-paper", "RaZeR search: per block the special value with the smallest squared error"},
}};

constexpr const EncoderSpec& spec_of(Encoder encoder) { return encoder_specs[static_cast<size_t>(encoder)]; }

// The encoder a format is made with unless another is asked for.
constexpr Encoder default_encoder(Format format) { return format == Format::nvfp4 ? Encoder::nv : Encoder::razer_paper; }

// amax / (6 * largest encoded block scale); 1 for an all-zero tensor, 2^-126 where the quotient is zero or subnormal.
float tensor_scale_for(Format format, float amax);

// Largest magnitude of x, or an error naming the first NaN or infinity by row, column and flat index.
Result<float> finite_amax(std::span<const float> x, uint64_t k, std::string_view name);

// Quantises rows x k row-major values. `name` begins error messages. Errors: k not a multiple of 16, x.size() != rows * k, a NaN or
// infinity, a special value of 0 or above 31 half-units.
Result<PackedTensor> encode(std::span<const float> x, uint64_t rows, uint64_t k, Format format, Specials specials, std::string_view name);

// One block under a given tensor scale: the scale byte and 16 codes. The weight search of RaZeR is in encode_razer_w.hpp.
struct EncodedBlock {
    uint8_t scale_byte;
    std::array<uint8_t, block_size> codes;
};
EncodedBlock encode_block_nv(std::span<const float, block_size> x, float tensor_scale);
EncodedBlock encode_block_razer_a(std::span<const float, block_size> x, float tensor_scale, Specials specials);

} // namespace fp4
