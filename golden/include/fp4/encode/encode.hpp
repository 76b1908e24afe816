// Quantization of binary32 matrices.
#pragma once
#include <optional>
#include <cstddef>
#include <span>
#include <string_view>

#include "fp4/encode/encode_block.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4 {

enum class NonfinitePolicy : uint8_t {
    error,
    saturate, // an infinity counts as +-FLT_MAX and becomes +-6 (0x7, 0xF); a NaN is left out of
              // every amax and becomes +6 (0x7)
};

enum class PadPolicy : uint8_t {
    error,
    zero, // rows are extended by elements 0x0; a block made only of padding has scale bytes 0x00
};

struct EncodeOptions {
    Format format = Format::nvfp4;
    std::optional<Encoder> encoder{}; // none: default_encoder(format)
    Specials specials{};
    NonfinitePolicy nonfinite = NonfinitePolicy::error;
    PadPolicy pad = PadPolicy::error;
    uint64_t k_multiple =
        0; // that PadPolicy::zero extends K to: a multiple of the block up to 4096; 0: the block
    int e3m3_max = e3m3_max_default; // largest block scale of razer-w: 28 or 30
    std::optional<TensorScale>
        tensor_scale{}; // none: from the amax of x. Given: see tensor_scale_of; the number that the
                        // encoder uses counts
};

// Largest magnitude of x, or an error naming the first NaN or infinity by row, column and flat
// index.
Result<float> finite_amax(std::span<const float> x, uint64_t k, std::string_view name);

// Largest magnitude of x under NonfinitePolicy::saturate.
float saturated_amax(std::span<const float> x);

// The encoder of single blocks under these options, whose errors are those of encode() that do not
// depend on x and its shape.
Result<BlockEncoder> block_encoder(const EncodeOptions& options, std::string_view name);

// Quantizes rows x k row-major values. `name` begins error messages. The result's tensor_scale is
// the multiplier; containers that store the divisor get it from tensor_scale_of with the same amax.
// Errors: k not a multiple of the block without padding, x.size() != rows * k, a NaN or infinity, a
// special value of 0 or above 31 half-units, an encoder that does not make the format, an option
// outside its range.
Result<PackedTensor> encode(std::span<const float> x, uint64_t rows, uint64_t k,
                            const EncodeOptions& options, std::string_view name);

} // namespace fp4
