// fp4_quantize driven a cycle at a time, its blocks compared with those of golden's encoder
// `online`. And the blocks that it is tested with.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "encode_blocks.hpp"
#include "fp4/formats/format_set.hpp"
#include "quantize_model.hpp"

namespace fp4 {

// Bits of a value and of the divisor, the formats it makes.
struct QuantizeShape {
    int value_bits, divisor_bits;
    FormatSet formats;
};

struct QuantizeJob {
    Format format;
    float divisor;
    test::Block x;
};

// What the ports of the shape hold of the job: bfloat16 are cut.
QuantizeJob at_ports(QuantizeJob job, const QuantizeShape& shape);

// One format of the shape.
Format random_format(test::Rng& rng, const QuantizeShape& shape);

// A block as the ports hold it, of random values under a divisor of 2^-20 to 2^20.
QuantizeJob random_job(test::Rng& rng, const QuantizeShape& shape);
// Values within two units of the last place of boundaries of scales and codes.
QuantizeJob delicate_job(test::Rng& rng, const QuantizeShape& shape);
// Any bit patterns, NaN, infinities and subnormals among them, under any divisor.
QuantizeJob extreme_job(test::Rng& rng, const QuantizeShape& shape);
// Values on the boundaries of codes under a block scale and a divisor that is a power of two.
std::vector<QuantizeJob> boundary_jobs(test::Rng& rng, const QuantizeShape& shape, int payload,
                                       int divisor_exponent);
// Every bfloat16 up to six times the block scale.
std::vector<QuantizeJob> bfloat16_jobs(Format format, int payload);

class QuantizeBench {
  public:
    // Resets the model.
    explicit QuantizeBench(QuantizeModel& model);

    // One cycle, in which the job is offered and blocks are taken where ready. Whether the job was
    // taken.
    bool cycle(const QuantizeJob* job, bool ready);
    // Takes what is owed, and expects that nothing comes after it.
    void drain();

    // The first thing that the model did wrong; empty: nothing.
    const std::string& fault() const { return fault_; }
    uint64_t checked() const { return checked_; }

  private:
    struct Owed {
        QuantizeJob job;
        int age; // cycles in which the model moved
    };

    void expect(bool holds, const char* what);
    void check(const QuantizeOutputs& outputs);

    QuantizeModel& model_;
    QuantizeInputs inputs_;
    std::deque<Owed> owed_;
    uint64_t checked_ = 0;
    std::string fault_;
};

} // namespace fp4
