#include "fp4/quant/quantizers/encode_group.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "fp4/formats/decode.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

using test::Random;

constexpr std::array sides{
    Side{Format::nvfp4, Encoder::nv},          Side{Format::nvfp4, Encoder::fouroversix},
    Side{Format::nvfp4, Encoder::mse},         Side{Format::razer_w, Encoder::razer_paper},
    Side{Format::razer_a, Encoder::razer_rne}, Side{Format::nvfp4, Encoder::te}};

std::span<const float> values(const Tensor& x) {
    return {x.data_ptr<float>(), static_cast<size_t>(x.numel())};
}

void expect_same(const PackedTensor& found, const PackedTensor& expected) {
    EXPECT_EQ(found.format, expected.format);
    EXPECT_EQ(found.specials, expected.specials);
    EXPECT_TRUE(found.rows == expected.rows && found.k == expected.k);
    EXPECT_EQ(found.codes, expected.codes);
    EXPECT_EQ(found.scales, expected.scales);
    EXPECT_EQ(found.tensor_scale, expected.tensor_scale);
}

TEST(EncodeGroup, AGroupOfOneIsEncode) {
    Random random(10);
    const Tensor w = random.normal({24, 64});
    for (const Side& side : sides) {
        const Scheme scheme{.specials = {10, 14}};
        const auto group = encode_group({&w, 1}, side, scheme);
        ASSERT_TRUE(group) << group.error().message;
        ASSERT_EQ(group->members.size(), 1u);
        expect_same(group->members[0],
                    *encode(values(w), 24, 64,
                            {.format = side.format, .encoder = side.encoder, .specials = {10, 14}},
                            "w"));
    }
}

TEST(EncodeGroup, MembersShareTheScaleOfTheLargest) {
    Random random(11);
    const std::array tensors{random.normal({16, 32}), random.normal({8, 32}) * 3,
                             random.normal({8, 32}) * 0.1};
    for (const Side& side : sides) {
        const auto group = encode_group(tensors, side, {});
        ASSERT_TRUE(group) << group.error().message;
        const Tensor all = torch::cat({tensors[0], tensors[1], tensors[2]});
        const auto expected =
            encode(values(all), 32, 32, {.format = side.format, .encoder = side.encoder}, "w");
        auto codes = group->members[0].codes, scales = group->members[0].scales;
        for (size_t i : {1, 2}) {
            codes.insert(codes.end(), group->members[i].codes.begin(),
                         group->members[i].codes.end());
            scales.insert(scales.end(), group->members[i].scales.begin(),
                          group->members[i].scales.end());
        }
        EXPECT_TRUE(codes == expected->codes && scales == expected->scales);
        for (size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(group->members[i].tensor_scale, expected->tensor_scale);
            EXPECT_EQ(group->scales[i].multiplier.value, expected->tensor_scale.to_float());
        }
    }
}

TEST(EncodeGroup, OwnScales) {
    Random random(12);
    const std::array tensors{random.normal({16, 32}), random.normal({8, 32}) * 3};
    const auto group = encode_group(tensors, sides[0], {.own_scale_per_tensor = true});
    ASSERT_TRUE(group);
    for (size_t i = 0; i < 2; ++i)
        expect_same(
            group->members[i],
            *encode(values(tensors[i]), static_cast<uint64_t>(tensors[i].size(0)), 32, {}, "w"));
}

TEST(EncodeGroup, Errors) {
    const Tensor bad = torch::full({1, 16}, NAN), odd = torch::ones({1, 20});
    EXPECT_EQ(encode_group({&bad, 1}, sides[0], {}).error().code, ErrorCode::not_finite);
    EXPECT_EQ(encode_group({&odd, 1}, sides[0], {}).error().code, ErrorCode::bad_shape);
    EXPECT_EQ(encode_group({&odd, 1}, {Format::mxfp4, Encoder::nv}, {}).error().code,
              ErrorCode::bad_argument);
}

TEST(Dequantized, IsDequantizeElementByElement) {
    Random random(13);
    const Tensor w = random.normal({3, 48});
    const auto packed = encode(values(w), 3, 48, {.format = Format::razer_w}, "w");
    const auto found = dequantized(*packed);
    ASSERT_TRUE(found);
    for (int64_t i = 0; i < w.numel(); ++i) {
        const auto at = static_cast<size_t>(i);
        const Fp32 expected = dequantize(packed->format, packed->specials, packed->scales[at / 16],
                                         packed_code(packed->codes, at), packed->tensor_scale);
        ASSERT_EQ(found->data_ptr<float>()[i], expected.to_float()) << i;
    }
}

} // namespace
} // namespace fp4::quant
