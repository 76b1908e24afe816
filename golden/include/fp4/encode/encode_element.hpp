// Single elements of blocks whose scale bytes are already chosen, by the arithmetic and tie rule of
// the encoder that chose them.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "fp4/encode/encode_online.hpp"
#include "fp4/encode/encode_razer_a.hpp"
#include "fp4/encode/encode_razer_w.hpp"
#include "fp4/encode/encode_sweep.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4 {

struct Nvfp4Rule;

// The elements of one tensor. The encoder must make the format, which has no sub-blocks; the
// specials that the format has are 1 to 31 half-units.
class ElementEncoder {
  public:
    ElementEncoder(Encoder encoder, Format format, const TensorScale& tensor_scale,
                   Specials specials = {});

    // The code that encode_block() gives x in a block for which it chose scale_byte; any other byte
    // that is not NaN is as good. Defined for every x.
    Element encode(float x, uint8_t scale_byte) const;

    // element * block scale * tensor scale in binary32: dequantize() under the multiplier.
    float value(Element element, uint8_t scale_byte) const {
        return values_[size_t{scale_byte} << 4 | (element.code & 15)];
    }

    // encode() and value() of x[i] under scale_bytes[i]; four spans of one size.
    void encode_column(std::span<const float> x, std::span<const uint8_t> scale_bytes,
                       std::span<uint8_t> codes, std::span<float> values) const;

  private:
    Encoder encoder_;
    Format format_;
    float multiplier_;
    const Nvfp4Rule* nvfp4_ = nullptr;   // encoders that scale a block once, or choose between such
    std::vector<RazerCodebook> razer_w_; // by the two high bits of the scale byte
    std::optional<RazerActivationElements> razer_a_{}; // RaZeR activations
    std::optional<OnlineElements> online_{};
    std::optional<SweepEncoder> sweep_{};
    std::array<float, 256> operands_; // by scale byte: that of the rule; the factor of mxfp4;
                                      // elsewhere the block scale
    std::vector<float> values_;       // by scale byte and code
};

} // namespace fp4
