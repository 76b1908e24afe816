// Quantisation of binary32 matrices. An encoder is a named, complete rule: tensor scale, block scale, element rounding, zeros and ties.
// All arithmetic is native binary32 and binary64, one rounding per operation, in the order written; no contraction.
#pragma once
#include <optional>
#include <cstddef>
#include <span>
#include <string_view>

#include "fp4/packed_tensor.hpp"

namespace fp4 {

struct EncoderSpec {
    std::string_view name;
    Format format;                      // that it makes
    std::optional<Format> other_format; // that it makes too
    std::string_view summary;

    constexpr bool makes(Format f) const { return f == format || f == other_format; }
};

enum class Encoder : uint8_t { nv, razer_paper };

inline constexpr std::array<EncoderSpec, 2> encoder_specs{{
    {"nv", Format::nvfp4, {}, "NVIDIA conversion rules: round to nearest even, zeros keep their sign"},
    {"razer-paper", Format::razer_w, Format::razer_a, "RaZeR search: per block the special value with the smallest squared error"},
}};

constexpr const EncoderSpec& spec_of(Encoder encoder) { return encoder_specs[static_cast<size_t>(encoder)]; }

constexpr std::optional<Encoder> encoder_from_name(std::string_view name) {
    for (size_t i = 0; i < encoder_specs.size(); ++i)
        if (encoder_specs[i].name == name) return static_cast<Encoder>(i);
    return std::nullopt;
}

// The encoder a format is made with unless another is asked for: the first that makes it; none for formats that are only decoded.
constexpr std::optional<Encoder> default_encoder(Format format) {
    for (size_t i = 0; i < encoder_specs.size(); ++i)
        if (encoder_specs[i].makes(format)) return static_cast<Encoder>(i);
    return std::nullopt;
}

struct EncodeOptions {
    Format format = Format::nvfp4;
    std::optional<Encoder> encoder{}; // none: default_encoder(format)
    Specials specials{};
};

// amax / (6 * largest encoded block scale); 1 for an all-zero tensor, 2^-126 where the quotient is zero or subnormal.
float tensor_scale_for(Format format, float amax);

// Largest magnitude of x, or an error naming the first NaN or infinity by row, column and flat index.
Result<float> finite_amax(std::span<const float> x, uint64_t k, std::string_view name);

// Quantises rows x k row-major values. `name` begins error messages. Errors: k not a multiple of the block, x.size() != rows * k, a NaN or
// infinity, a special value of 0 or above 31 half-units, an encoder that does not make the format.
Result<PackedTensor> encode(std::span<const float> x, uint64_t rows, uint64_t k, const EncodeOptions& options, std::string_view name);

// One block under a given tensor scale: the scale byte and 16 codes. The weight search of RaZeR is in encode_razer_w.hpp.
struct EncodedBlock {
    uint8_t scale_byte;
    std::array<uint8_t, dot_lanes> codes;
};
EncodedBlock encode_block_nv(std::span<const float, dot_lanes> x, float tensor_scale);
EncodedBlock encode_block_razer_a(std::span<const float, dot_lanes> x, float tensor_scale, Specials specials);

} // namespace fp4
