// Quantization of one block under a given tensor scale. All arithmetic is native binary32 and
// binary64, one rounding per operation, in the order written; no contraction.
#pragma once
#include <optional>
#include <span>

#include "fp4/encode/encode_razer_w.hpp"
#include "fp4/encode/encode_sweep.hpp"
#include "fp4/encode/encoded_block.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4 {

// An encoder with the parameters of one tensor. The encoder must make the format; the specials that
// the format has are 1 to 31 half-units; e3m3_max is 28 or 30.
class BlockEncoder {
  public:
    BlockEncoder(Encoder encoder, Format format, Specials specials = {},
                 int e3m3_max = e3m3_max_default);

    // Writes one code, 0..15, per element of x (a block) and returns the scale record. Defined for
    // every x: an infinity counts as +-FLT_MAX in amax and errors and becomes the largest element
    // of its sign (0x7, or 0xF in E2M1); a NaN is left out of both and becomes 0x7.
    ScaleRecord encode_block(std::span<const float> x, const TensorScale& tensor_scale,
                             std::span<uint8_t> codes) const;

    Encoder encoder() const { return encoder_; }
    Format format() const { return format_; }

  private:
    ScaleRecord encode_finite(std::span<const float> x, const TensorScale& tensor_scale,
                              std::span<uint8_t> codes) const;

    Encoder encoder_;
    Format format_;
    Specials specials_;
    std::optional<RazerWeightEncoder> razer_w_;
    std::optional<SweepEncoder> sweep_;
};

// The kinds, for finite x. encode_block_nvfp4: EncoderKind::scaled.
EncodedBlock encode_block_nvfp4(Encoder encoder, Format format, std::span<const float, dot_lanes> x,
                                const TensorScale& tensor_scale);
EncodedBlock encode_block_fouroversix(Encoder encoder, std::span<const float, dot_lanes> x,
                                      const TensorScale& tensor_scale);
EncodedBlock encode_block_if4(std::span<const float, dot_lanes> x, const TensorScale& tensor_scale);
EncodedBlock encode_block_mse(std::span<const float, dot_lanes> x, const TensorScale& tensor_scale);
EncodedBlock encode_block_ggml(std::span<const float, dot_lanes> x);
EncodedBlock encode_block_razer_a(Encoder encoder, std::span<const float, dot_lanes> x,
                                  float multiplier, Specials specials);
EncodedBlock encode_block_online(Format format, std::span<const float, dot_lanes> x, float divisor,
                                 Specials specials);
// `ocp`, `ocp-ceil`, `ocp-even`: returns the scale byte.
uint8_t encode_block_ocp(Encoder encoder, std::span<const float, 32> x,
                         std::span<uint8_t, 32> codes);
// EncoderKind::doublings and EncoderKind::quarters.
ScaleRecord encode_block_hif4(std::span<const float, 64> x, std::span<uint8_t, 64> codes);
ScaleRecord encode_block_m2xfp(std::span<const float, 32> x, std::span<uint8_t, 32> codes);

} // namespace fp4
