#include "quantize_bench.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr int latency = 7;

float random_divisor(Rng& rng) { return std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 20))); }

float cut(float x, int bits) {
    return std::bit_cast<float>(std::bit_cast<uint32_t>(x) & ~0u << (32 - bits));
}

} // namespace

QuantizeJob at_ports(QuantizeJob job, const QuantizeShape& shape) {
    job.divisor = cut(job.divisor, shape.divisor_bits);
    for (float& x : job.x) x = cut(x, shape.value_bits);
    return job;
}

Format random_format(Rng& rng, const QuantizeShape& shape) {
    const bool razer = contains(shape.formats, Format::razer_a),
               nvfp4 = contains(shape.formats, Format::nvfp4);
    return !nvfp4 || (razer && rng.one_in(2)) ? Format::razer_a : Format::nvfp4;
}

QuantizeJob random_job(Rng& rng, const QuantizeShape& shape) {
    const float divisor = random_divisor(rng);
    const float size = std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12));
    return at_ports({random_format(rng, shape), divisor, random_block(rng, size / divisor)}, shape);
}

QuantizeJob delicate_job(Rng& rng, const QuantizeShape& shape) {
    const float divisor = cut(random_divisor(rng), shape.divisor_bits);
    return at_ports({random_format(rng, shape), divisor,
                     delicate_block(rng, scale_or_midpoint(rng, Format::nvfp4), 1.0f / divisor)},
                    shape);
}

QuantizeJob extreme_job(Rng& rng, const QuantizeShape& shape) {
    static const auto edges = fp32_edges();
    const float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-126, 127)));
    const int top = std::clamp(8 - std::ilogb(divisor) + rng.between(-14, 6), -127, 127);
    const int edge_in = rng.one_in(2) ? 6 : 1000;
    QuantizeJob job{random_format(rng, shape), divisor, {}};
    for (float& x : job.x)
        x = std::bit_cast<float>(
            rng.one_in(edge_in)
                ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                : rng.fp32_bits(std::max(-127, top - 6), top));
    return at_ports(job, shape);
}

std::vector<QuantizeJob> boundary_jobs(Rng& rng, const QuantizeShape& shape, int payload,
                                       int divisor_exponent) {
    const float scale = scale_to_float(decode_scale(spec_of(ScaleType::ue4m3), payload));
    std::vector<QuantizeJob> jobs;
    for (float sign : {1.0f, -1.0f})
        for (const Block& y : boundary_blocks(6, 5 * sign)) {
            QuantizeJob job{random_format(rng, shape), std::ldexp(1.0f, divisor_exponent), y};
            for (float& x : job.x)
                x = std::ldexp(std::clamp(x, -6.0f, 6.0f) * scale, -divisor_exponent);
            jobs.push_back(at_ports(job, shape));
        }
    return jobs;
}

std::vector<QuantizeJob> bfloat16_jobs(Format format, int payload) {
    const float largest = 6 * scale_to_float(decode_scale(spec_of(ScaleType::ue4m3), payload));
    std::vector<QuantizeJob> jobs;
    QuantizeJob job{format, 1.0f, block_of({largest}, 0)};
    size_t lane = 0;
    for (uint32_t bits = 0; bits <= std::bit_cast<uint32_t>(largest); bits += 0x10000)
        for (uint32_t sign : {0u, 0x80000000u}) {
            job.x[1 + lane] = std::bit_cast<float>(bits | sign);
            lane = (lane + 1) % 15;
            if (lane == 0) jobs.push_back(job);
        }
    jobs.push_back(job);
    return jobs;
}

QuantizeBench::QuantizeBench(QuantizeModel& model) : model_(model) {
    inputs_.reset = true;
    model_.cycle(inputs_);
    inputs_.reset = false;
}

bool QuantizeBench::cycle(const QuantizeJob* job, bool ready) {
    inputs_.x_valid = job != nullptr;
    inputs_.q_ready = ready;
    if (job) {
        inputs_.x_format = static_cast<uint8_t>(job->format);
        inputs_.x_divisor = std::bit_cast<uint32_t>(job->divisor) >> (32 - model_.divisor_bits());
        for (size_t k = 0; k < 16; ++k)
            inputs_.x_values[k] = std::bit_cast<uint32_t>(job->x[k]) >> (32 - model_.value_bits());
    }
    const QuantizeOutputs outputs = model_.cycle(inputs_);
    expect(outputs.x_ready == (!outputs.q_valid || ready), "x_ready_o is not what q_ready_i says");
    if (outputs.q_valid && ready) check(outputs);
    if (outputs.x_ready)
        for (Owed& owed : owed_) ++owed.age;
    const bool taken = job && outputs.x_ready;
    if (taken) owed_.push_back({*job, 1});
    return taken;
}

void QuantizeBench::drain() {
    while (!owed_.empty() && fault_.empty()) cycle(nullptr, true);
    for (int i = 0; i < 2 * latency; ++i)
        expect(!model_.cycle(inputs_).q_valid, "a block after the last one");
}

void QuantizeBench::expect(bool holds, const char* what) {
    if (!holds && fault_.empty()) fault_ = "block " + std::to_string(checked_) + ": " + what;
}

void QuantizeBench::check(const QuantizeOutputs& outputs) {
    if (owed_.empty()) return expect(false, "a block that was not asked for");
    const auto [job, age] = owed_.front();
    owed_.pop_front();
    expect(age == latency, "later or sooner than after 7 cycles");
    EncodedBlock expected{}, found{};
    expected.scale_byte =
        static_cast<uint8_t>(BlockEncoder(Encoder::online, job.format)
                                 .encode_block(job.x, {.divisor = {job.divisor}}, expected.codes));
    found.scale_byte = outputs.q_scale;
    for (size_t i = 0; i < 16; ++i) found.codes[i] = outputs.q_codes >> (4 * i) & 15;
    if (found.scale_byte != expected.scale_byte || found.codes != expected.codes) {
        std::ostringstream text;
        text << "expected " << text_of(expected) << ", found " << text_of(found) << "; "
             << spec_of(job.format).name << ", divisor " << std::hexfloat << job.divisor
             << ", values " << values_of(job.x);
        expect(false, text.str().c_str());
    }
    ++checked_;
}

} // namespace fp4
