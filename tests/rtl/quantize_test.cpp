// fp4_quantize against golden's encoder `online`, bit for bit: every shape of its ports and every
// set of formats, values on the boundaries of scales and codes, any bit patterns, stalls.
#include <gtest/gtest.h>

#include "Vquantize_b16_b16_5.h"
#include "Vquantize_f32_b16_1.h"
#include "Vquantize_f32_b16_4.h"
#include "Vquantize_f32_b16_5.h"
#include "Vquantize_f32_f32_5.h"
#include "quantize_bench.hpp"
#include "verilated_quantizer.hpp"

namespace fp4 {
namespace {

using test::Rng;

template <class Top, FormatSet Formats>
struct Made {
    using Model = VerilatedQuantizer<Top>;
    static constexpr FormatSet formats = Formats;
};

template <class M>
class Quantize : public testing::Test {
  protected:
    typename M::Model model_;
    QuantizeShape shape_{model_.value_bits(), model_.divisor_bits(), M::formats};
    QuantizeBench bench_{model_};

    // A block a cycle; whether all is well.
    bool run(const QuantizeJob& job) { return bench_.cycle(&job, true) && bench_.fault().empty(); }
    void run(uint64_t seed, int blocks, QuantizeJob (*make)(Rng&, const QuantizeShape&)) {
        Rng rng(seed);
        for (int i = 0; i < blocks && run(make(rng, shape_)); ++i) {
        }
        finish(static_cast<uint64_t>(blocks));
    }
    void finish(uint64_t blocks) {
        bench_.drain();
        EXPECT_EQ(bench_.fault(), "");
        EXPECT_EQ(bench_.checked(), blocks);
    }
};

using Shapes = testing::Types<Made<Vquantize_f32_b16_5, 5>, Made<Vquantize_b16_b16_5, 5>,
                              Made<Vquantize_f32_f32_5, 5>, Made<Vquantize_f32_b16_1, 1>,
                              Made<Vquantize_f32_b16_4, 4>>;
TYPED_TEST_SUITE(Quantize, Shapes, );

TYPED_TEST(Quantize, RandomBlocks) { this->run(840, 200000, random_job); }

TYPED_TEST(Quantize, DelicateBlocks) { this->run(841, 200000, delicate_job); }

TYPED_TEST(Quantize, BoundaryBlocks) {
    Rng rng(842);
    uint64_t blocks = 0;
    for (int exponent : {-126, -20, 0, 8, 100, 126})
        for (int payload = 1; payload < 127; ++payload)
            for (const auto& job : boundary_jobs(rng, this->shape_, payload, exponent)) {
                ASSERT_TRUE(this->run(job)) << this->bench_.fault();
                ++blocks;
            }
    this->finish(blocks);
}

TYPED_TEST(Quantize, ExtremeBlocks) { this->run(843, 200000, extreme_job); }

TYPED_TEST(Quantize, Stalls) {
    Rng rng(844);
    constexpr int blocks = 20000;
    for (int i = 0; i < blocks; ++i) {
        const QuantizeJob job = delicate_job(rng, this->shape_);
        const int offers_in = rng.between(1, 4);
        bool offered = false, taken = false;
        while (!taken) { // an offer stays
            offered = offered || rng.one_in(offers_in);
            taken = this->bench_.cycle(offered ? &job : nullptr, rng.one_in(3));
            ASSERT_EQ(this->bench_.fault(), "");
        }
    }
    this->finish(blocks);
}

TEST(QuantizeBfloat16, EveryValueUnderEveryScale) {
    VerilatedQuantizer<Vquantize_b16_b16_5> model;
    QuantizeBench bench(model);
    for (Format format : {Format::nvfp4, Format::razer_a})
        for (int payload = 1; payload < 127; ++payload)
            for (const QuantizeJob& job : bfloat16_jobs(format, payload)) {
                ASSERT_TRUE(bench.cycle(&job, true));
                ASSERT_EQ(bench.fault(), "");
            }
    bench.drain();
    EXPECT_EQ(bench.fault(), "");
}

} // namespace
} // namespace fp4
