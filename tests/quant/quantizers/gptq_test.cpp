#include "fp4/quant/quantizers/gptq.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "fp4/formats/decode.hpp"
#include "fp4/encode/encode_element.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "random_tensors.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant {
namespace {

using test::Random;
using test::Rounded;
using test::rounded;

constexpr std::array sides{
    Side{Format::nvfp4, Encoder::nv},          Side{Format::nvfp4, Encoder::fouroversix},
    Side{Format::nvfp4, Encoder::mse},         Side{Format::razer_w, Encoder::razer_paper},
    Side{Format::razer_w, Encoder::razer_rne}, Side{Format::mxfp4, Encoder::ocp}};

Tensor second_moments(const Tensor& x) { return torch::matmul(x.t(), x); }

// The same step by step in binary64, without a factorization: the inverse of the Hessian of the
// columns that are left is updated column by column.
std::vector<uint8_t> plain_codes(const Tensor& w, const Tensor& hessian, const Rounded& start,
                                 const Side& side, double damp, bool act_order) {
    const auto n = static_cast<size_t>(w.size(0)), k = static_cast<size_t>(w.size(1));
    std::vector<double> h(k * k), inverse(k * k, 0.0), rest(n * k);
    for (size_t i = 0; i < k * k; ++i) h[i] = hessian.data_ptr<float>()[i];
    for (size_t i = 0; i < n * k; ++i) rest[i] = w.data_ptr<float>()[i];
    double mean = 0;
    for (size_t i = 0; i < k; ++i) {
        if (h[i * k + i] == 0) h[i * k + i] = 1;
        mean += h[i * k + i] / static_cast<double>(k);
    }
    std::vector<size_t> order(k);
    std::iota(order.begin(), order.end(), 0u);
    if (act_order)
        std::ranges::stable_sort(order,
                                 [&](size_t a, size_t b) { return h[a * k + a] > h[b * k + b]; });
    for (size_t i = 0; i < k; ++i) h[i * k + i] += damp * mean, inverse[i * k + i] = 1;
    for (size_t pivot = 0; pivot < k; ++pivot) { // Gauss-Jordan; the matrix is positive definite
        const double scale = 1 / h[pivot * k + pivot];
        for (size_t j = 0; j < k; ++j) h[pivot * k + j] *= scale, inverse[pivot * k + j] *= scale;
        for (size_t i = 0; i < k; ++i) {
            const double factor = h[i * k + pivot];
            if (i != pivot)
                for (size_t j = 0; j < k; ++j)
                    h[i * k + j] -= factor * h[pivot * k + j],
                        inverse[i * k + j] -= factor * inverse[pivot * k + j];
        }
    }
    const ElementEncoder elements(side.encoder, side.format, start.scale);
    const auto block = static_cast<size_t>(spec_of(side.format).block);
    std::vector<uint8_t> codes(n * k);
    for (const size_t column : order) {
        for (size_t row = 0; row < n; ++row) {
            const uint8_t byte = start.packed.scales[(row * k + column) / block];
            const Element code = elements.encode(static_cast<float>(rest[row * k + column]), byte);
            codes[row * k + column] = code.code;
            const double error = (rest[row * k + column] - double{elements.value(code, byte)}) /
                                 inverse[column * k + column];
            for (size_t j = 0; j < k; ++j) rest[row * k + j] -= error * inverse[column * k + j];
        }
        for (size_t i = 0; i < k; ++i) {
            if (i == column) continue;
            const double factor = inverse[i * k + column] / inverse[column * k + column];
            for (size_t j = 0; j < k; ++j) inverse[i * k + j] -= factor * inverse[column * k + j];
        }
        for (size_t j = 0; j < k; ++j)
            if (j != column) inverse[column * k + j] = inverse[j * k + column] = 0; // gone
    }
    return codes;
}

std::vector<uint8_t> codes_of(const PackedTensor& packed) {
    std::vector<uint8_t> codes(packed.rows * packed.k);
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = packed_code(packed.codes, i).code;
    return codes;
}

double weighted_error(const Tensor& w, const PackedTensor& packed, const Tensor& hessian) {
    const Tensor error = (w - *dequantized(packed)).to(torch::kFloat64);
    return (torch::matmul(error, hessian.to(torch::kFloat64)) * error).sum().item<double>();
}

TEST(Gptq, UncorrelatedInputsLeaveTheRoundedCodes) {
    Random random(20);
    const Tensor w = random.normal({12, 320});
    for (const Side& side : sides)
        for (const bool act_order : {false, true}) {
            const Rounded start = rounded(w, side);
            const auto found =
                gptq(w, torch::diag(torch::arange(320, 0, -1).to(torch::kFloat64)), start.packed,
                     side.encoder, start.scale, {.act_order = act_order});
            ASSERT_TRUE(found) << found.error().message;
            EXPECT_EQ(found->codes, start.packed.codes) << spec_of(side.encoder).name;
            EXPECT_TRUE(found->scales == start.packed.scales &&
                        found->tensor_scale == start.packed.tensor_scale &&
                        found->specials == start.packed.specials);
        }
}

TEST(Gptq, PlainLoopsInDouble) {
    Random random(21);
    for (const Side& side : sides)
        for (const bool act_order : {false, true})
            for (const int64_t block : {1, 16, 40, 128}) {
                const Tensor w = random.normal({5, 64}),
                             h = second_moments(test::correlated_inputs(random, 256, 64));
                const Rounded start = rounded(w, side);
                const auto found = gptq(w, h, start.packed, side.encoder, start.scale,
                                        {.block = block, .act_order = act_order});
                ASSERT_TRUE(found) << found.error().message;
                EXPECT_EQ(codes_of(*found), plain_codes(w, h, start, side, 1e-2, act_order))
                    << spec_of(side.encoder).name << " block " << block << " act_order "
                    << act_order;
                EXPECT_NE(found->codes, start.packed.codes);
                EXPECT_EQ(found->scales, start.packed.scales);
            }
}

TEST(Gptq, WeightedErrorIsBelowThatOfRounding) {
    Random random(22);
    const Tensor w = random.normal({32, 256}),
                 h = second_moments(test::correlated_inputs(random, 1024, 256));
    for (const Side& side : sides) {
        const Rounded start = rounded(w, side);
        for (const bool act_order : {false, true}) {
            const auto found =
                gptq(w, h, start.packed, side.encoder, start.scale, {.act_order = act_order});
            ASSERT_TRUE(found);
            EXPECT_LT(weighted_error(w, *found, h), 0.9 * weighted_error(w, start.packed, h))
                << spec_of(side.encoder).name << act_order;
        }
    }
}

TEST(Gptq, TheScaleOfTheHessianDoesNotMatter) {
    Random random(23);
    const Tensor w = random.normal({8, 64}),
                 h = second_moments(test::correlated_inputs(random, 256, 64));
    const Rounded start = rounded(w, sides[0]);
    const auto one = gptq(w, h, start.packed, Encoder::nv, start.scale),
               other = gptq(w, h * 0x1p-10f, start.packed, Encoder::nv, start.scale);
    EXPECT_EQ(one->codes, other->codes);
}

TEST(Gptq, EqualDiagonalsKeepTheOrder) {
    Random random(24);
    const Tensor w = random.normal({8, 64});
    Tensor h = torch::corrcoef(test::correlated_inputs(random, 512, 64).t());
    h.fill_diagonal_(1);
    const Rounded start = rounded(w, sides[0]);
    EXPECT_EQ(gptq(w, h, start.packed, Encoder::nv, start.scale)->codes,
              gptq(w, h, start.packed, Encoder::nv, start.scale, {.act_order = true})->codes);
}

TEST(Gptq, DeadColumnsAreRounded) {
    Random random(25);
    const Tensor w = random.normal({8, 64}), x = test::correlated_inputs(random, 256, 64);
    for (const int64_t dead : {0, 17, 63}) x.select(1, dead).zero_();
    const Rounded start = rounded(w, sides[0]);
    for (const float factor : {1.0f, 0x1p-20f}) { // under the small one the ones of dead columns
                                                  // make most of the mean that damps
        const Tensor h = second_moments(x) * factor;
        const auto found = gptq(w, h, start.packed, Encoder::nv, start.scale);
        ASSERT_TRUE(found);
        EXPECT_EQ(codes_of(*found), plain_codes(w, h, start, sides[0], 1e-2, false)) << factor;
        for (const size_t dead : {0u, 17u, 63u})
            for (size_t row = 0; row < 8; ++row)
                EXPECT_EQ(packed_code(found->codes, row * 64 + dead),
                          packed_code(start.packed.codes, row * 64 + dead));
    }
}

// Eigenvalues 1 + 1.03 and 1 - 1.03: a hundredth of the mean is too little, a tenth is enough.
TEST(Gptq, DampingIsRaised) {
    Random random(26);
    const Tensor w = random.normal({512, 16});
    Tensor h = torch::eye(16);
    for (int64_t i = 0; i < 16; i += 2) h[i][i + 1] = h[i + 1][i] = 1.03f;
    const Rounded start = rounded(w, sides[0]);
    const auto found = gptq(w, h, start.packed, Encoder::nv, start.scale);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(codes_of(*found), plain_codes(w, h, start, sides[0], 0.1, false));
    EXPECT_NE(found->codes, start.packed.codes);
}

TEST(Gptq, Errors) {
    const Tensor w = torch::ones({4, 32}), h = torch::eye(32);
    const Rounded start = rounded(w, sides[0]);
    const auto code = [&](const auto& result) {
        return result ? std::optional<ErrorCode>() : result.error().code;
    };
    EXPECT_EQ(code(gptq(w, -h, start.packed, Encoder::nv, start.scale)), ErrorCode::bad_argument);
    EXPECT_EQ(code(gptq(w, h * NAN, start.packed, Encoder::nv, start.scale)),
              ErrorCode::bad_argument);
    EXPECT_EQ(code(gptq(w, torch::eye(16), start.packed, Encoder::nv, start.scale)),
              ErrorCode::bad_shape);
    EXPECT_EQ(code(gptq(torch::ones({3, 32}), h, start.packed, Encoder::nv, start.scale)),
              ErrorCode::bad_shape);
    EXPECT_EQ(code(gptq(w.to(torch::kFloat64), h, start.packed, Encoder::nv, start.scale)),
              ErrorCode::bad_shape);
    EXPECT_EQ(code(gptq(w * NAN, h, start.packed, Encoder::nv, start.scale)),
              ErrorCode::not_finite);
    EXPECT_EQ(code(gptq(w, h, start.packed, Encoder::razer_paper, start.scale)),
              ErrorCode::bad_argument);
    EXPECT_EQ(code(gptq(w, h, start.packed, Encoder::nv, start.scale, {.damp = 0})),
              ErrorCode::bad_argument);
    EXPECT_EQ(code(gptq(w, h, start.packed, Encoder::nv, start.scale, {.block = 0})),
              ErrorCode::bad_argument);
}

} // namespace
} // namespace fp4::quant
