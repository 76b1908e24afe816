// Dot products of GPU tensor cores against the twin, which adds exact numbers.
#include <gtest/gtest.h>

#include <set>

#include "dot_add_operands.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

const std::map<std::string, slow::GpuDot> twins = slow::gpu_dots();

// Golden and twin on the same operands, and how many results of each class there were.
struct Comparison {
    const DotProfile& profile;
    const slow::GpuDot& twin = twins.at(std::string(profile.name));
    const bool half = is_half(profile);
    int nans = 0, infinities = 0, zeros = 0, subnormals = 0, normals = 0;

    // c in the layout of the output.
    void check(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, uint32_t c,
               const std::vector<uint8_t>& a_scales, const std::vector<uint8_t>& b_scales) {
        const DotOperands operands{a, b, a_scales, b_scales};
        const auto d = half ? dot_add(profile, operands, Fp16{static_cast<uint16_t>(c)})
                            : dot_add(profile, operands, Fp32{c});
        ASSERT_TRUE(d) << d.error().message;
        ASSERT_EQ(hex(*d), hex(slow::gpu_dot(twin, a, b, c, a_scales, b_scales)))
            << profile.name << " C " << hex(c);
        const uint32_t magnitude = *d & (half ? 0x7FFF : 0x7FFFFFFF),
                       infinity = half ? 0x7C00 : 0x7F800000, normal = half ? 0x0400 : 0x00800000;
        ++(magnitude > infinity    ? nans
           : magnitude == infinity ? infinities
           : magnitude == 0        ? zeros
           : magnitude < normal    ? subnormals
                                   : normals);
    }
};

// Random operands of many kinds against the twin: anything, ordinary numbers, sparse rows,
// canceling pairs, a C near the sum.
TEST(DotAddTwin, RandomOperands) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        Rng rng(60);
        Comparison comparison{profile};
        const FloatSpec& layout = spec_of(profile.element).layout;
        const uint32_t sign = 1u << layout.sign_position();
        const auto ordinary = [&](int low, int high) {
            const auto field = static_cast<uint32_t>(
                rng.between(std::max(low + layout.bias, 0), high + layout.bias));
            return (rng.one_in(2) ? sign : 0u) | field << layout.fraction_bits |
                   (rng.fp32_bits() & ((1u << layout.fraction_bits) - 1));
        };
        const auto length = static_cast<size_t>(profile.granule());
        std::vector<uint32_t> a, b;
        std::vector<uint8_t> sa, sb;
        for (int i = 0; i < 1200; ++i) {
            const int kind = i % 8;
            const size_t count = kind == 7 && profile.short_step
                                     ? static_cast<size_t>(profile.short_step)
                                     : length * (rng.one_in(4) ? 2 : 1);
            a.assign(count, 0), b.assign(count, 0);
            for (size_t at = 0; at < count; ++at) {
                const auto draw = [&]() -> uint32_t {
                    if (kind == 0) return rng.fp32_bits() & (2 * sign - 1);
                    if (kind == 1 || kind == 2) return ordinary(-3, 3);
                    if (kind == 3)
                        return rng.one_in(4) ? ordinary(-layout.bias, 6) : rng.fp32_bits() & sign;
                    if (kind == 4)
                        return ordinary(-layout.bias,
                                        2 - layout.bias); // subnormal and barely normal
                    if (kind == 5)
                        return ordinary(-layout.bias, layout.exponent_bits == 8 ? 126 : 6);
                    return ordinary(-6, 6);
                };
                a[at] = draw(), b[at] = draw();
                if (at > 0 && (kind == 2 || kind == 6) && rng.one_in(2))
                    a[at] = a[at - 1] ^ sign, b[at] = b[at - 1];
                if (kind != 0 && rng.one_in(200))
                    a[at] =
                        rng.one_in(2) ? sign - 1 : static_cast<uint32_t>(layout.infinity_code());
            }
            sa.clear(), sb.clear();
            for (size_t at = 0; profile.block_scaled && at < count; at += scale_block_products)
                for (auto* scales : {&sa, &sb})
                    scales->push_back(static_cast<uint8_t>(rng.one_in(40)  ? 255
                                                           : rng.one_in(3) ? rng.below(255)
                                                           : kind == 4     ? rng.below(60)
                                                                       : rng.between(117, 137)));
            uint32_t c = half ? rng.fp32_bits() & 0xFFFF : rng.fp32_bits();
            if (rng.one_in(3))
                c = half ? (c & 0x83FF) | static_cast<uint32_t>(rng.between(8, 20)) << 10
                         : rng.fp32_bits(-30, 12);
            if (rng.one_in(5)) c = rng.one_in(2) ? 0 : half ? 0x8000 : 0x80000000;
            if (rng.one_in(5))
                c = slow::gpu_dot(comparison.twin, a, b, 0, sa, sb) ^ (half ? 0x8000 : 0x80000000);
            if (rng.one_in(60)) c = half ? 0xFC00 : 0x7F800000;
            if (kind == 4 && rng.one_in(2)) c &= half ? 0x83FF : 0x80FFFFFF;
            ASSERT_NO_FATAL_FAILURE(comparison.check(a, b, c, sa, sb));
        }
        EXPECT_GT(comparison.nans, 10);
        EXPECT_GT(comparison.infinities, 5);
        EXPECT_GT(comparison.zeros, 10);
        EXPECT_GT(comparison.normals, 500);
    });
}

// Every pair of edge codes in one product, beside a fixed one, under edges of C.
TEST(DotAddTwin, EveryPairOfEdgeCodes) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const FloatSpec& layout = spec_of(profile.element).layout;
        const uint32_t sign = 1u << layout.sign_position(), normal_one = 1u << layout.fraction_bits;
        const auto infinity = static_cast<uint32_t>(layout.infinity_code());
        std::vector<uint32_t> edges;
        for (uint32_t code : {0u, 1u, normal_one - 1, normal_one, code_of(profile.element, 1, 0),
                              infinity - 1, infinity, infinity + 1, sign - 2, sign - 1})
            for (uint32_t s : {0u, sign}) edges.push_back(s | code);
        const std::vector<uint32_t> c_edges =
            half ? std::vector<uint32_t>{0,      0x8000, 1,      0x83FF, 0x0400,
                                         0xBC00, 0x7BFF, 0xFC00, 0x7C01}
                 : std::vector<uint32_t>{0,          0x80000000, 1,          0x807FFFFF, 0x00800000,
                                         0xBF800000, 0x7F7FFFFF, 0xFF800000, 0x7F800001};
        const auto length = static_cast<size_t>(profile.granule());
        std::vector<uint32_t> a(length), b(length);
        std::vector<uint8_t> scales(profile.block_scaled ? 1 : 0, 127);
        Comparison comparison{profile};
        for (uint32_t other : {0u, code_of(profile.element, -1, 0)}) {
            a[length - 1] = other, b[length - 1] = normal_one;
            for (uint32_t a_code : edges)
                for (uint32_t b_code : edges) {
                    a[1] = a_code, b[1] = b_code;
                    for (uint32_t c : c_edges)
                        ASSERT_NO_FATAL_FAILURE(comparison.check(a, b, c, scales, scales));
                }
        }
        const auto& [p, t, h, nans, infinities, zeros, subnormals, normals] = comparison;
        EXPECT_EQ(nans + infinities + zeros + subnormals + normals, 2 * 400 * 9);
        for (int count : {nans, infinities, zeros, subnormals, normals}) EXPECT_GT(count, 30);
    });
}

// Zeros, tiny elements and tiny C, under the floors of every GPU.
TEST(DotAddTwin, UnderflowUnderEveryFloor) {
    Rng rng(61);
    for (const UnderflowFloor& floor : underflow_floors)
        for (const char* name : {"v100-fp16-f16", "a100-bf16-f32", "h100-tf32-f32", "h100-fp16-f16",
                                 "b200-mma-e5m2-f32", "blackwell-mxf8-e4m3-f32"}) {
            DotProfile profile = *dot_profile_from_name(name);
            auto twin = twins.at(name);
            const bool half = is_half(profile);
            profile.gpu = floor.gpu, twin.emax_floor = half ? floor.f16 : floor.f32;
            const FloatSpec& layout = spec_of(profile.element).layout;
            int not_zero = 0;
            for (int i = 0; i < 400; ++i) {
                std::vector<uint32_t> a(static_cast<size_t>(profile.granule())), b(a);
                for (auto* codes : {&a, &b})
                    for (auto& code : *codes)
                        code = rng.one_in(3) ? 0
                                             : rng.fp32_bits() &
                                                   ((1u << spec_of(profile.element).bits()) - 1) &
                                                   ~(1u << (layout.sign_position() - 1));
                std::vector<uint8_t> sa(profile.block_scaled), sb(profile.block_scaled);
                for (auto* scales : {&sa, &sb})
                    for (auto& scale : *scales) scale = static_cast<uint8_t>(rng.below(70));
                const uint32_t c = rng.one_in(2)            ? 0
                                   : rng.below(2000) > 1000 ? static_cast<uint32_t>(rng.below(1024))
                                                            : (half ? 0x8001u : 0x80000001u);
                const DotOperands operands{a, b, sa, sb};
                const auto d = half ? dot_add(profile, operands, Fp16{static_cast<uint16_t>(c)})
                                    : dot_add(profile, operands, Fp32{c});
                ASSERT_EQ(hex(*d), hex(slow::gpu_dot(twin, a, b, c, sa, sb)))
                    << name << " " << floor.gpu << " " << i;
                not_zero += *d != 0;
            }
            EXPECT_GT(not_zero, 100) << name;
        }
}

TEST(DotProfiles, AreTheRowsOfTheDefinition) {
    std::set<std::string> names;
    for (const DotProfile& profile : dot_profiles) {
        const std::string name(profile.name);
        names.insert(name);
        ASSERT_TRUE(twins.contains(name)) << name;
        const auto& twin = twins.at(name);
        EXPECT_EQ(spec_of(profile.element).name, twin.element) << name;
        EXPECT_EQ(profile.step, twin.step) << name;
        EXPECT_EQ(profile.fraction_bits, twin.kept_bits) << name;
        EXPECT_EQ(spec_of(profile.output).name, twin.output) << name;
        EXPECT_EQ(profile.order == DotOrder::pairs, twin.legacy) << name;
        EXPECT_EQ(profile.block_scaled, twin.scaled) << name;
        EXPECT_EQ(profile.emax_floor(), twin.emax_floor) << name;
        EXPECT_EQ(dot_profile_from_name(name), &profile);
    }
    EXPECT_EQ(names.size(), dot_profiles.size());
    EXPECT_EQ(names.size(), twins.size());
    EXPECT_EQ(dot_profile_from_name("h100"), nullptr);
}

} // namespace
} // namespace fp4
