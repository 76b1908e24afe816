// fp4_quantize against golden's encoder `online`, bit for bit: every shape of its ports and every
// set of formats, values on the boundaries of scales and codes, any bit patterns, stalls.
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstring>
#include <deque>
#include <memory>

#include "Vquantize_b16_b16_5.h"
#include "Vquantize_f32_b16_1.h"
#include "Vquantize_f32_b16_4.h"
#include "Vquantize_f32_b16_5.h"
#include "Vquantize_f32_f32_5.h"
#include "encode_blocks.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr int latency = 7;

float to_bf16(float x) { return std::bit_cast<float>(std::bit_cast<uint32_t>(x) & 0xFFFF0000u); }

template <class Top, int ValueBits, int DivisorBits, unsigned Formats>
struct Shape {
    using Model = Top;
    static constexpr int value_bits = ValueBits, divisor_bits = DivisorBits;

    static Format format(Rng& rng) {
        const bool razer = Formats >> static_cast<int>(Format::razer_a) & 1,
                   nvfp4 = Formats >> static_cast<int>(Format::nvfp4) & 1;
        return !nvfp4 || (razer && rng.one_in(2)) ? Format::razer_a : Format::nvfp4;
    }
    static float value(float x) { return value_bits == 16 ? to_bf16(x) : x; }
    static float divisor(float x) { return divisor_bits == 16 ? to_bf16(x) : x; }
};

struct Job {
    Format format;
    float divisor;
    Block x;
};

// The core and what it owes, one clock cycle at a time.
template <class S>
class Quantizer {
  public:
    Quantizer() : context_(std::make_unique<VerilatedContext>()) {
        context_->randReset(2);
        top_ = std::make_unique<typename S::Model>(context_.get());
        top_->clk_i = 0;
        top_->rst_ni = 1;
        top_->eval();
        top_->rst_ni = 0;
        top_->x_valid_i = 0;
        top_->q_ready_i = 1;
        tick();
        top_->rst_ni = 1;
    }
    ~Quantizer() { top_->final(); }

    // One cycle; the job is taken unless the core is held back. Returns whether it was.
    bool cycle(const Job* job, bool ready) {
        if (job) offer(*job);
        top_->x_valid_i = job != nullptr;
        top_->q_ready_i = ready;
        top_->eval();
        const bool taken = job && top_->x_ready_o;
        EXPECT_TRUE(top_->x_ready_o || (top_->q_valid_o && !ready));
        if (top_->q_valid_o && ready) check();
        if (top_->x_ready_o)
            for (Owed& owed : owed_) ++owed.age;
        if (taken) owed_.push_back({*job, 1});
        tick();
        return taken;
    }

    void drain() {
        while (!owed_.empty() && !testing::Test::HasFailure()) cycle(nullptr, true);
        EXPECT_FALSE(top_->q_valid_o);
    }
    void run(const Job& job) { ASSERT_TRUE(cycle(&job, true)); }

  private:
    struct Owed {
        Job job;
        int age; // cycles in which the core moved
    };

    void tick() {
        top_->clk_i = 1;
        top_->eval();
        top_->clk_i = 0;
        top_->eval();
    }

    void offer(const Job& job) {
        top_->x_format_i = static_cast<uint8_t>(job.format);
        const uint32_t divisor = std::bit_cast<uint32_t>(job.divisor);
        if constexpr (S::divisor_bits == 16)
            top_->x_divisor_i = static_cast<uint16_t>(divisor >> 16);
        else
            top_->x_divisor_i = divisor;
        for (size_t i = 0; i < 16; ++i) {
            const uint32_t bits = std::bit_cast<uint32_t>(job.x[i]);
            if constexpr (S::value_bits == 32)
                top_->x_values_i[i] = bits;
            else if (i % 2 == 0)
                top_->x_values_i[i / 2] = bits >> 16;
            else
                top_->x_values_i[i / 2] |= bits & 0xFFFF0000u;
        }
    }

    void check() {
        ASSERT_FALSE(owed_.empty()) << "a block that was not asked for";
        const auto [job, age] = owed_.front();
        owed_.pop_front();
        EXPECT_EQ(age, latency);
        EncodedBlock expected{}, found{};
        expected.scale_byte = static_cast<uint8_t>(
            BlockEncoder(Encoder::online, job.format)
                .encode_block(job.x, {.divisor = {job.divisor}}, expected.codes));
        found.scale_byte = static_cast<uint8_t>(top_->q_scale_o);
        for (size_t i = 0; i < 16; ++i) found.codes[i] = top_->q_codes_o >> (4 * i) & 15;
        ++checked_;
        ASSERT_TRUE(found.scale_byte == expected.scale_byte && found.codes == expected.codes)
            << "block " << checked_ << ": expected " << text_of(expected) << ", found "
            << text_of(found) << "; " << spec_of(job.format).name << ", divisor " << std::hexfloat
            << job.divisor << ", values " << values_of(job.x);
    }

    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<typename S::Model> top_;
    std::deque<Owed> owed_;
    uint64_t checked_ = 0;
};

template <class S>
class Quantize : public testing::Test {
  protected:
    Quantizer<S> quantizer_;

    // Blocks of make(rng), one a cycle.
    template <class Make>
    void run(uint64_t seed, int blocks, const Make& make) {
        Rng rng(seed);
        for (int i = 0; i < blocks && !this->HasFailure(); ++i) quantizer_.run(made(rng, make));
        quantizer_.drain();
    }
    template <class Make>
    static Job made(Rng& rng, const Make& make) {
        Job job = make(rng);
        job.divisor = S::divisor(job.divisor);
        for (float& x : job.x) x = S::value(x);
        return job;
    }
};

using Shapes =
    testing::Types<Shape<Vquantize_f32_b16_5, 32, 16, 5>, Shape<Vquantize_b16_b16_5, 16, 16, 5>,
                   Shape<Vquantize_f32_f32_5, 32, 32, 5>, Shape<Vquantize_f32_b16_1, 32, 16, 1>,
                   Shape<Vquantize_f32_b16_4, 32, 16, 4>>;
TYPED_TEST_SUITE(Quantize, Shapes, );

template <class S>
Job delicate_job(Rng& rng) {
    const float divisor = S::divisor(std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 20))));
    return {S::format(rng), divisor,
            delicate_block(rng, scale_or_midpoint(rng, Format::nvfp4), 1.0f / divisor)};
}

TYPED_TEST(Quantize, RandomBlocks) {
    this->run(840, 200000, [](Rng& rng) {
        const float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 20)));
        const float size = std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12));
        return Job{TypeParam::format(rng), divisor, random_block(rng, size / divisor)};
    });
}

// Within two units of the last place of boundaries of scales and codes.
TYPED_TEST(Quantize, DelicateBlocks) { this->run(841, 200000, delicate_job<TypeParam>); }

// On the boundaries themselves: divisors are powers of two.
TYPED_TEST(Quantize, BoundaryBlocks) {
    Rng rng(842);
    for (int exponent : {-126, -20, 0, 8, 100, 126})
        for (int payload = 1; payload < 127; ++payload)
            for (float sign : {1.0f, -1.0f})
                for (const Block& y : boundary_blocks(6, 5 * sign)) {
                    const float s =
                        scale_to_float(decode_scale(spec_of(ScaleType::ue4m3), payload));
                    Job job{TypeParam::format(rng), std::ldexp(1.0f, exponent), y};
                    for (float& x : job.x) {
                        const float scaled = std::clamp(x, -6.0f, 6.0f) * s;
                        x = TypeParam::value(std::ldexp(scaled, -exponent));
                    }
                    this->quantizer_.run(job);
                    if (this->HasFailure()) return;
                }
    this->quantizer_.drain();
}

// Any bit pattern, NaN, infinities and subnormals among them, under any divisor.
TYPED_TEST(Quantize, ExtremeBlocks) {
    const auto edges = fp32_edges();
    this->run(843, 200000, [&](Rng& rng) {
        const float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-126, 127)));
        const int top = std::clamp(8 - std::ilogb(divisor) + rng.between(-14, 6), -127, 127);
        const int edge_in = rng.one_in(2) ? 6 : 1000;
        Job job{TypeParam::format(rng), divisor, {}};
        for (float& x : job.x)
            x = std::bit_cast<float>(
                rng.one_in(edge_in)
                    ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                    : rng.fp32_bits(std::max(-127, top - 6), top));
        return job;
    });
}

TYPED_TEST(Quantize, Stalls) {
    Rng rng(844);
    for (int taken = 0; taken < 20000 && !this->HasFailure();) {
        const Job job = this->made(rng, delicate_job<TypeParam>);
        const int offers_in = rng.between(1, 4);
        bool is_taken = false;
        while (!is_taken && !this->HasFailure()) // an offer stays
            is_taken =
                this->quantizer_.cycle(rng.one_in(offers_in) ? &job : nullptr, rng.one_in(3));
        ++taken;
    }
    this->quantizer_.drain();
}

// Every bfloat16 up to six times the block scale, under every block scale, in both formats.
TEST(QuantizeBfloat16, EveryValueUnderEveryScale) {
    Quantizer<Shape<Vquantize_b16_b16_5, 16, 16, 5>> quantizer;
    for (Format format : {Format::nvfp4, Format::razer_a})
        for (int payload = 1; payload < 127; ++payload) {
            const float largest =
                6 * scale_to_float(decode_scale(spec_of(ScaleType::ue4m3), payload));
            Job job{format, 1.0f, block_of({largest}, 0)};
            size_t lane = 0;
            for (uint32_t bits = 0; bits <= std::bit_cast<uint32_t>(largest); bits += 0x10000)
                for (uint32_t sign : {0u, 0x80000000u}) {
                    job.x[1 + lane] = std::bit_cast<float>(bits | sign);
                    lane = (lane + 1) % 15;
                    if (lane != 0) continue;
                    quantizer.run(job);
                    if (HasFailure()) return;
                }
            quantizer.run(job);
        }
    quantizer.drain();
}

} // namespace
} // namespace fp4
