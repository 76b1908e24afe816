// Whole tensors under every floating-point control a caller may have set: tensor scale, block
// scales and codes stay, and so does the setting.
#include <gtest/gtest.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

#include "fp4/encode/encode_fast.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

// Ordinary values, and subnormal ones.
std::vector<float> values(Rng& rng, float unit) {
    std::vector<float> x(256);
    for (float& value : x)
        value = static_cast<float>(static_cast<int>(rng.bits() % 2001) - 1000) * unit;
    return x;
}

TEST(EncodeEnvironment, NoBitDependsOnTheCallersControl) {
    Rng rng(811);
    const unsigned before = _mm_getcsr();
    for (float unit : {0.37f, 0x1p-149f, 0x1p-130f})
        for (size_t i = 0; i < encoder_specs.size(); ++i) {
            const EncodeOptions options{.format = encoder_specs[i].format,
                                        .encoder = static_cast<Encoder>(i)};
            const std::vector<float> x = values(rng, unit);
            const auto expected = encode(x, 2, 128, options, "x");
            ASSERT_TRUE(expected) << expected.error().message;
            for (unsigned control :
                 {0x9FC0u, 0x3F80u, 0x5F80u,
                  0x7F80u}) { // flush and denormals are zero; down, up, toward zero
                _mm_setcsr(control);
                const auto found = encode_fast(x, 2, 128, options, "x"),
                           reference = encode(x, 2, 128, options, "x");
                const unsigned after = _mm_getcsr();
                _mm_setcsr(before);
                EXPECT_EQ(after, control);
                ASSERT_TRUE(reference) << reference.error().message;
                EXPECT_TRUE(reference->tensor_scale == expected->tensor_scale &&
                            reference->codes == expected->codes &&
                            reference->scales == expected->scales)
                    << encoder_specs[i].name << " unit " << unit << " MXCSR " << control;
                ASSERT_TRUE(found) << found.error().message;
                EXPECT_EQ(found->tensor_scale, expected->tensor_scale)
                    << encoder_specs[i].name << " unit " << unit << " MXCSR " << control;
                EXPECT_TRUE(found->codes == expected->codes && found->scales == expected->scales)
                    << encoder_specs[i].name << " unit " << unit << " MXCSR " << control;
            }
        }
}

} // namespace
} // namespace fp4
#endif
