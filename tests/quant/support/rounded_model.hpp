// Decoder layers rounded to nearest, with static scales.
#pragma once
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "random_models.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant::test {

// plain: float32; every input's largest magnitude is taken for `input_amax`.
inline QuantizedLayer rounded(const LayerWeights& plain, const Scheme& scheme,
                              float input_amax = 4) {
    QuantizedLayer out{.plain = plain};
    for (const LinearGroup group : linear_groups) {
        std::vector<Tensor> linears;
        for (const LinearOp op : members(group)) linears.push_back(plain[op]);
        auto encoded = encode_group(linears, *scheme.weights, scheme);
        EXPECT_TRUE(encoded) << encoded.error().message;
        out.weight_scale[static_cast<size_t>(group)] = encoded->scales[0];
        if (scheme.activations)
            out.input_scale[static_cast<size_t>(group)] = activation_scale(scheme, input_amax);
        for (size_t i = 0; const LinearOp op : members(group))
            out.linears[static_cast<size_t>(op)] = std::move(encoded->members[i++]);
    }
    out.plain.linears = {};
    return out;
}

inline std::vector<QuantizedLayer> rounded(const CausalLm& model, const Scheme& scheme) {
    std::vector<QuantizedLayer> out;
    for (const auto& layer : model.layers) out.push_back(rounded(layer, scheme));
    return out;
}

// A random Llama whose every K is a multiple of 16.
inline CausalLm small_llama(uint64_t seed, torch::ScalarType type = torch::kFloat) {
    return fp4::test::random_model(fp4::test::model_shapes[0], seed, type);
}

inline Tensor some_tokens(Random& random, int64_t windows, int64_t length) {
    return random.integers(0, 29, {windows, length}).to(torch::kLong);
}

inline const Scheme nvfp4_w4a16{.weights = Side{Format::nvfp4, Encoder::nv}};
inline const Scheme nvfp4_w4a4{.weights = Side{Format::nvfp4, Encoder::nv},
                               .activations = Side{Format::nvfp4, Encoder::nv}};
inline const Scheme razer_w4a4{.weights = Side{Format::razer_w, Encoder::razer_paper},
                               .activations = Side{Format::razer_a, Encoder::razer_paper}};

} // namespace fp4::quant::test

namespace fp4::quant {

// What failing tests show.
inline void PrintTo(const Scheme& scheme, std::ostream* out) {
    *out << (scheme.weights && scheme.weights->format == Format::razer_w ? "razer" : "nvfp4")
         << (scheme.activations ? " W4A4" : " W4A16");
}

} // namespace fp4::quant
