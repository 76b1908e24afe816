// Each block of a decoder: literal small cases, and random ones against the plain decoder in
// float32 and double.
#include <cmath>
#include <numbers>

#include "fp4/quant/model/attention.hpp"
#include "fp4/quant/model/rms_norm.hpp"
#include "random_models.hpp"

namespace fp4::quant {
namespace {

using test::deviation;
using test::matrix_of;
using test::random_tensor;
using test::rounding_bound;
using test::values_of;

constexpr std::array types{torch::kFloat, torch::kDouble};

Tensor tensor_of(std::vector<double> values, std::vector<int64_t> shape) {
    return torch::tensor(values, torch::kDouble).view(shape);
}

DecoderConfig rope_config(uint64_t head_dim, double theta,
                          std::optional<Llama3RopeScaling> scaling = {}) {
    DecoderConfig config;
    config.dims.head_dim = head_dim;
    config.rope_theta = theta;
    config.rope_scaling = scaling;
    return config;
}

TEST(RmsNorm, Literal) {
    // mean of squares 12.5
    EXPECT_LT(deviation(rms_norm(tensor_of({3, 4}, {1, 2}), tensor_of({1, 2}, {2}), 0),
                        {0.8485281374238570, 2.2627416997969521}),
              1e-15);
    // eps is added to the mean of squares: 1 / sqrt(1 + 3)
    EXPECT_EQ(values_of(rms_norm(tensor_of({1, -1}, {2}), tensor_of({1, 1}, {2}), 3)),
              (std::vector<double>{0.5, -0.5}));
    EXPECT_EQ(values_of(rms_norm(tensor_of({0, 0}, {2}), tensor_of({1, 1}, {2}), 1e-6)),
              (std::vector<double>{0, 0}));
}

TEST(RmsNorm, Random) {
    for (const auto type : types) {
        const auto x = random_tensor({2, 3, 40}, 0.2, 1, type),
                   weight = random_tensor({40}, 1, 2, type);
        std::vector<double> wanted;
        const auto rows = matrix_of(x);
        for (size_t r = 0; r < rows.rows; ++r)
            for (const double value : plain::rms_norm(rows.row(r), values_of(weight), 0.03))
                wanted.push_back(value);
        EXPECT_LT(deviation(rms_norm(x, weight, 0.03), wanted), rounding_bound(type));
    }
}

TEST(Rope, FrequenciesLiteral) {
    const auto plain = rope_frequencies(rope_config(4, 10'000));
    ASSERT_EQ(plain.size(), 2u);
    EXPECT_DOUBLE_EQ(plain[0], 1);
    EXPECT_DOUBLE_EQ(plain[1], 0.01);
    // One pair of one radian per position: it turns 6/2pi, 8/2pi and 26/2pi times in the original
    // context, limits 1 and 4.
    const auto scaled = [](uint64_t context) {
        return rope_frequencies(rope_config(2, 10'000, Llama3RopeScaling{32, 1, 4, context}))[0];
    };
    EXPECT_DOUBLE_EQ(scaled(6), 0.03125);
    EXPECT_NEAR(scaled(8), 0.11948360298740,
                1e-14); // (1 - s)/32 + s, s = (8/2pi - 1)/3 = 0.09107984824505
    EXPECT_DOUBLE_EQ(scaled(26), 1);
}

TEST(Rope, FrequenciesOfLlama32) {
    const auto config = rope_config(64, 500'000, Llama3RopeScaling{});
    const auto frequencies = rope_frequencies(config);
    ASSERT_EQ(frequencies.size(), 32u);
    int kept = 0, blended = 0, stretched = 0;
    for (size_t pair = 0; pair < 32; ++pair) {
        const double base = std::pow(500'000.0, -static_cast<double>(pair) / 32);
        EXPECT_NEAR(frequencies[pair] /
                        plain::frequency(
                            {32, 8, 64, 1e-5, 500'000, plain::Llama3Scaling{32, 1, 4, 8192}}, pair),
                    1, 1e-13);
        const double share = frequencies[pair] / base;
        (share > 1 - 1e-12 ? kept : share < 1.0 / 32 + 1e-12 ? stretched : blended)++;
    }
    EXPECT_EQ(kept, 15);   // wavelengths up to 2048
    EXPECT_EQ(blended, 3); // up to 8192
    EXPECT_EQ(stretched, 14);
}

TEST(Rope, Literal) {
    // Pairs (1, 3) and (2, 4); angles 1 and 0.01 at position 1, none at position 0.
    const auto table = rope_table(rope_config(4, 10'000), 2, torch::kDouble);
    const auto out = apply_rope(tensor_of({1, 2, 3, 4, 1, 2, 3, 4}, {1, 2, 1, 4}), table);
    EXPECT_LT(deviation(out, {1, 2, 3, 4, -1.98411064855555, 1.95990066749666, 2.46237790241232,
                              4.01979966833499}),
              1e-14);
}

TEST(Rope, TableTypes) {
    const auto config = rope_config(8, 10'000);
    EXPECT_EQ(rope_table(config, 3).cos.scalar_type(), torch::kFloat);
    EXPECT_EQ(rope_table(config, 3, torch::kDouble).sin.scalar_type(), torch::kDouble);
    EXPECT_EQ(rope_table(config, 3).sin.sizes(), (std::vector<int64_t>{3, 1, 4}));
}

TEST(Rope, Random) {
    for (const auto scaling :
         {std::optional<Llama3RopeScaling>{}, std::optional{Llama3RopeScaling{8, 1, 4, 40}}}) {
        const auto config = rope_config(8, 100, scaling);
        for (const auto type : types) {
            const auto x = random_tensor({2, 50, 3, 8}, 1, 3, type); // batches, positions, heads
            std::vector<double> wanted;
            const auto rows = matrix_of(x);
            for (size_t r = 0; r < rows.rows; ++r)
                for (const double value :
                     plain::rotated(rows.row(r), test::plain_of(config), r / 3 % 50))
                    wanted.push_back(value);
            EXPECT_LT(deviation(apply_rope(x, rope_table(config, 50, type)), wanted),
                      rounding_bound(type));
        }
    }
}

TEST(Attention, Literal) {
    // head_dim 4. Position 0 sees itself alone. Position 1: scores 2 * (0, ln 3) / sqrt(4), weights
    // 1/4 and 3/4.
    const auto q = tensor_of({9, 9, 9, 9, 2, 0, 0, 0}, {1, 2, 1, 4}),
               k = tensor_of({0, 1, 0, 0, std::log(3.0), 0, 0, 0}, {1, 2, 1, 4}),
               v = tensor_of({4, 0, 4, 0, 0, 8, 4, 1}, {1, 2, 1, 4});
    EXPECT_LT(deviation(attention(q, k, v), {4, 0, 4, 0, 1, 6, 4, 0.75}), 1e-15);
}

TEST(Attention, HeadsShareKeyValueHeadsInOrder) {
    const auto q = torch::ones({1, 1, 6, 2}, torch::kDouble),
               k = torch::ones({1, 1, 3, 2}, torch::kDouble);
    const auto out = attention(q, k, tensor_of({1, 2, 3, 4, 5, 6}, {1, 1, 3, 2}));
    EXPECT_EQ(out.sizes(), (std::vector<int64_t>{1, 1, 12}));
    EXPECT_EQ(values_of(out), (std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6}));
}

TEST(Attention, Random) {
    for (const auto& [heads, kv_heads] :
         {std::pair<int64_t, int64_t>{4, 2}, {4, 1}, {3, 3}, {6, 2}})
        for (const auto type : types) {
            const auto q = random_tensor({2, 9, heads, 6}, 1.5, 4, type),
                       k = random_tensor({2, 9, kv_heads, 6}, 1.5, 5, type),
                       v = random_tensor({2, 9, kv_heads, 6}, 1, 6, type);
            const auto out = attention(q, k, v);
            for (int64_t b = 0; b < 2; ++b) {
                const auto sequence = [&](const Tensor& x) { return matrix_of(x[b].flatten(1)); };
                const auto wanted =
                    plain::attention(sequence(q), sequence(k), sequence(v),
                                     static_cast<size_t>(heads), static_cast<size_t>(kv_heads));
                EXPECT_LT(deviation(out[b], wanted.values), rounding_bound(type))
                    << heads << " heads, " << kv_heads << " of key and value";
            }
        }
}

TEST(DecoderLayer, SwiGluLiteral) {
    // Attention adds nothing. gate = ln 3, so sigmoid(gate) = 3/4, and gate = -ln 3 with 1/4; up
    // = 2.
    const test::ModelShape shape{"", 2, 2, 1, 1, 1, 2, false, false, true};
    const auto config = test::config_of(shape);
    const auto weights = test::random_layer(config, 7);
    const double ln3 = std::log(3.0);
    std::vector<LinearGroup> asked;
    const GroupFunction linears = [&](LinearGroup group,
                                      const Tensor& input) -> std::vector<Tensor> {
        asked.push_back(group);
        switch (group) {
        case LinearGroup::qkv: return {input, input, input};
        case LinearGroup::o: return {torch::zeros_like(input)};
        case LinearGroup::gate_up:
            return {tensor_of({ln3, -ln3}, {1, 1, 2}), tensor_of({2, 2}, {1, 1, 2})};
        case LinearGroup::down: break;
        }
        return {input};
    };
    const auto out = decoder_layer(tensor_of({10, 20}, {1, 1, 2}), weights, config,
                                   rope_table(config, 1, torch::kDouble), linears);
    EXPECT_LT(deviation(out, {10 + 1.5 * ln3, 20 - 0.5 * ln3}), 1e-15);
    EXPECT_EQ(asked, (std::vector{LinearGroup::qkv, LinearGroup::o, LinearGroup::gate_up,
                                  LinearGroup::down}));
}

TEST(DecoderLayer, Random) {
    for (const auto& shape : test::model_shapes)
        for (const auto type : types) {
            const auto config = test::config_of(shape);
            const auto weights = test::random_layer(config, 8, type);
            const GroupFunction linears = [&](LinearGroup group, const Tensor& input) {
                return apply_linears(weights, group, input);
            };
            const auto x = random_tensor({2, 11, static_cast<int64_t>(shape.hidden)}, 0.7, 9, type);
            const auto out =
                decoder_layer(x, weights, config, rope_table(config, 11, type), linears);
            for (int64_t b = 0; b < 2; ++b)
                EXPECT_LT(
                    deviation(out[b], plain::layer_output(matrix_of(x[b]), test::plain_of(weights),
                                                          test::plain_of(config))
                                          .values),
                    rounding_bound(type))
                    << shape.name;
        }
}

} // namespace
} // namespace fp4::quant
