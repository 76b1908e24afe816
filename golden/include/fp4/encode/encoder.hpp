// The encoders: one row each. An encoder is a named, complete rule: tensor scale, block scale,
// element rounding, zeros, ties and signs.
#pragma once
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string_view>

#include "fp4/formats/format.hpp"

namespace fp4 {

// The default encoder of each format first.
enum class Encoder : uint8_t {
    nv,
    razer_paper,
    ocp,
    te,
    vllm,
    ct,
    ct_bf16,
    modelopt,
    torchao,
    fouroversix_6,
    fouroversix,
    ggml,
    razer_head,
    razer_fork,
    razer_rne,
    mse,
    fouroversix_448,
    ocp_ceil,
    ocp_even,
    amd,
    mixfp4,
    fouroversix_int4,
    sweep,
    sweep_unscaled,
    if4,
    hif4,
    m2xfp,
    te_ue5m3,
    online
};

// What an encoder computes from the tensor's amax A, and what its arithmetic then uses: the
// multiplier A / (6 * largest) of the decoded values, its inverse the divisor (6 * largest) / A, or
// nothing (the scale is 1).
enum class TensorScaleKind : uint8_t { one, multiplier, divisor };

struct TensorScaleRule {
    TensorScaleKind kind;
    int largest_block_scale = 0; // 0: the largest that the format's encoders produce
    float infinite_divisor =
        std::numeric_limits<float>::max(); // stands for a divisor that overflows
    bool by_reciprocal = false;            // the divisor is (6 * largest) * (1 / A), two roundings
    bool bf16 = false; // what makes the divisor is rounded to bfloat16, and it too
};

// How an encoder finds the codes of a block.
enum class EncoderKind : uint8_t {
    scaled,         // one block scale from the block's amax, elements rounded under it
    four_over_six,  // two of them, the smaller error wins
    one_scale,      // one of them for both code books, the smaller error wins
    least_squares,  // every block scale, the smallest error wins
    error_search,   // one block scale, every element by its smallest error
    special_search, // RaZeR: the special value with the smallest error
    power_of_two,   // the exponent of the block's amax
    sweep, // every block scale and every other choice of the scale record, the smallest error wins
    doublings, // one block scale, parts of the block doubled from their amax
    quarters,  // the power of two of the block's amax and its neighbors, parts of the block scaled
               // by quarters, the smallest error wins
    exact_products, // one block scale, nothing divided: products are compared with the boundaries
                    // between codes
};

struct EncoderSpec {
    std::string_view name;
    Format format;                      // that it makes
    std::optional<Format> other_format; // that it makes too; a sweep makes every one of its kind
    TensorScaleRule tensor_scale;
    std::string_view summary;
    EncoderKind kind = EncoderKind::scaled;
    std::optional<Encoder> elements_of{}; // the encoder whose rule for elements it has
    // Of encoders whose scale is the power of two that lies two binades below the block's largest
    // magnitude: the significand, 1 to 2, from which that is raised by a binade; 2: never.
    float raised_from = 2.0f;

    constexpr bool makes(Format f) const {
        if (kind != EncoderKind::sweep) return f == format || f == other_format;
        return spec_of(f).encode_max >= 0 &&
               spec_of(f).tensor_scaled == (tensor_scale.kind != TensorScaleKind::one);
    }
};

inline constexpr std::array<EncoderSpec, 29> encoder_specs{{
    {"nv",
     Format::nvfp4,
     {},
     {TensorScaleKind::multiplier},
     "NVIDIA conversion rules: round to nearest even, zeros keep their sign"},
    {"razer-paper",
     Format::razer_w,
     Format::razer_a,
     {TensorScaleKind::multiplier},
     "RaZeR search: per block the special value with the smallest squared error",
     EncoderKind::special_search},
    {"ocp",
     Format::mxfp4,
     {},
     {TensorScaleKind::one},
     "OCP Microscaling: power-of-two scales under the block's largest exponent",
     EncoderKind::power_of_two},
    {"te",
     Format::nvfp4,
     {},
     {TensorScaleKind::divisor},
     "TransformerEngine: a block whose scale rounds to zero has codes +-6"},
    {"vllm",
     Format::nvfp4,
     {},
     {TensorScaleKind::divisor},
     "vLLM: multiplies by reciprocals, a block whose scale rounds to zero has codes 0"},
    {"ct",
     Format::nvfp4,
     {},
     {.kind = TensorScaleKind::divisor, .infinite_divisor = 1.0f, .by_reciprocal = true},
     "compressed-tensors: G is 1/amax times 2688, divides by s/G, a zero scale becomes 0.125"},
    {"ct-bf16",
     Format::nvfp4,
     {},
     {.kind = TensorScaleKind::divisor,
      .infinite_divisor = 1.0f,
      .by_reciprocal = true,
      .bf16 = true},
     "compressed-tensors on bfloat16 models: 1/amax, its product with 2688 and block amax/6 are "
     "bfloat16"},
    {"modelopt",
     Format::nvfp4,
     {},
     {TensorScaleKind::multiplier},
     "Model-Optimizer: block scales of at least 2^-9, zero blocks have scale 1"},
    {"torchao",
     Format::nvfp4,
     {},
     {TensorScaleKind::multiplier},
     "torchao: block scales of at least 2^-6"},
    {"fouroversix-6",
     Format::nvfp4,
     {},
     {TensorScaleKind::divisor},
     "fouroversix, static: every block is scaled to 6"},
    {"fouroversix",
     Format::nvfp4,
     {},
     {TensorScaleKind::divisor, 256},
     "4/6: every block is scaled to 6 or to 4, whichever has the smaller squared error",
     EncoderKind::four_over_six,
     Encoder::fouroversix_6},
    {"ggml",
     Format::nvfp4,
     {},
     {TensorScaleKind::one},
     "ggml: no tensor scale, block scales rounded half up, codes by error search",
     EncoderKind::error_search},
    {"razer-head",
     Format::razer_w,
     Format::razer_a,
     {TensorScaleKind::multiplier},
     "razer-paper with activation ties away from zero",
     EncoderKind::special_search},
    {"razer-fork",
     Format::razer_a,
     {},
     {TensorScaleKind::multiplier},
     "RaZeR activations, ties toward minus infinity, one division by S*s",
     EncoderKind::special_search},
    {"razer-rne",
     Format::razer_w,
     Format::razer_a,
     {TensorScaleKind::multiplier},
     "RaZeR search with E2M1 ties to even, the special where at least as close",
     EncoderKind::special_search},
    {"mse",
     Format::nvfp4,
     {},
     {TensorScaleKind::multiplier},
     "every positive block scale is tried, the smallest squared error wins; elements as in nv",
     EncoderKind::least_squares,
     Encoder::nv},
    {"fouroversix-448",
     Format::nvfp4,
     {},
     {TensorScaleKind::divisor},
     "fouroversix with block scales up to 448: the block that holds the amax cannot be scaled to "
     "4",
     EncoderKind::four_over_six,
     Encoder::fouroversix_6},
    {"ocp-ceil",
     Format::mxfp4,
     {},
     {TensorScaleKind::one},
     "the smallest power-of-two scale under which no element exceeds 6",
     EncoderKind::power_of_two,
     {},
     std::bit_cast<float>(0x3FC00001)}, // above 1.5
    {"ocp-even",
     Format::mxfp4,
     {},
     {TensorScaleKind::one},
     "ocp after the block's largest is rounded to the nearest E2M1 significand, ties to even",
     EncoderKind::power_of_two,
     {},
     1.75f},
    {"amd",
     Format::nvfp4_ue5m3,
     {},
     {TensorScaleKind::one},
     "AMD: no tensor scale, block scales of at least 2^-17"},
    {"mixfp4",
     Format::mixfp4,
     {},
     {TensorScaleKind::multiplier},
     "MixFP4: every block in E2M1 and in E1M2, the smaller squared error wins"},
    {"fouroversix-int4",
     Format::nvint4,
     {},
     {TensorScaleKind::divisor},
     "fouroversix with INT4: every block is scaled to 7, never to -8",
     EncoderKind::scaled,
     Encoder::fouroversix_6},
    {"sweep",
     Format::razer_mix,
     {},
     {TensorScaleKind::multiplier},
     "every scale byte is tried, the smallest squared error wins: one search for every format",
     EncoderKind::sweep},
    {"sweep-unscaled",
     Format::nvfp4_ue5m3,
     {},
     {TensorScaleKind::one},
     "sweep for formats without tensor scale",
     EncoderKind::sweep},
    {"if4",
     Format::if4,
     {},
     {TensorScaleKind::divisor},
     "IF4: every block in E2M1 and in 6/7 of INT4 under one scale, the smaller squared error wins",
     EncoderKind::one_scale,
     Encoder::fouroversix_6},
    {"hif4",
     Format::hif4,
     {},
     {TensorScaleKind::one},
     "HiFloat4: block scales in bfloat16 arithmetic, parts doubled from their largest, ties away",
     EncoderKind::doublings},
    {"m2xfp",
     Format::m2xfp_w,
     {},
     {TensorScaleKind::one},
     "M2XFP weights: three powers of two, for every eight elements the quarters of least error",
     EncoderKind::quarters},
    {"te-ue5m3",
     Format::nvfp4_ue5m3,
     {},
     {TensorScaleKind::divisor},
     "te with a tensor scale for UE5M3: G is 688128 / amax",
     EncoderKind::scaled,
     Encoder::te},
    {"online",
     Format::nvfp4,
     Format::razer_a,
     {.kind = TensorScaleKind::divisor,
      .infinite_divisor = std::bit_cast<float>(0x7F7F0000), // the largest in bfloat16
      .bf16 = true},
     "what rtl/core/fp4_quantize.sv makes: no division, exact products with a bfloat16 divisor",
     EncoderKind::exact_products},
}};

constexpr const EncoderSpec& spec_of(Encoder encoder) {
    return encoder_specs[static_cast<size_t>(encoder)];
}

constexpr std::optional<Encoder> encoder_from_name(std::string_view name) {
    for (size_t i = 0; i < encoder_specs.size(); ++i)
        if (encoder_specs[i].name == name) return static_cast<Encoder>(i);
    return std::nullopt;
}

// The encoder a format is made with unless another is asked for: the first that makes it, a sweep
// where there is no other; none for formats that are only decoded.
constexpr std::optional<Encoder> default_encoder(Format format) {
    std::optional<Encoder> sweep;
    for (size_t i = 0; i < encoder_specs.size(); ++i) {
        if (!encoder_specs[i].makes(format)) continue;
        if (encoder_specs[i].kind != EncoderKind::sweep) return static_cast<Encoder>(i);
        sweep = static_cast<Encoder>(i);
    }
    return sweep;
}

} // namespace fp4
