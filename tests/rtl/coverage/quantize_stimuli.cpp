#include "quantize_stimuli.hpp"

namespace fp4 {
namespace {

using test::Rng;

template <class Make>
std::vector<QuantizeJob> many(uint64_t seed, int count, const QuantizeShape& shape, Make make) {
    Rng rng(seed);
    std::vector<QuantizeJob> jobs;
    for (int i = 0; i < count; ++i) jobs.push_back(make(rng, shape));
    return jobs;
}

std::vector<QuantizeJob> random_blocks(const QuantizeShape& shape) {
    return many(21, 5000, shape, random_job);
}

std::vector<QuantizeJob> extreme_blocks(const QuantizeShape& shape) {
    return many(23, 20000, shape, extreme_job);
}

// Values on the boundaries of codes under every block scale.
std::vector<QuantizeJob> boundaries(const QuantizeShape& shape) {
    Rng rng(24);
    std::vector<QuantizeJob> jobs;
    for (int payload = 1; payload < 127; ++payload)
        for (const QuantizeJob& job : boundary_jobs(rng, shape, payload, payload % 2 ? 0 : -20))
            jobs.push_back(job);
    return jobs;
}

// Largest magnitudes whose sixths lie halfway between two block scales, and their neighbors.
std::vector<QuantizeJob> scale_ties(const QuantizeShape& shape) {
    const auto scale = [](int payload) {
        return scale_to_float(decode_scale(spec_of(ScaleType::ue4m3), payload));
    };
    const uint32_t lowest = 1u << (32 - shape.value_bits);
    Rng rng(25);
    std::vector<QuantizeJob> jobs;
    for (int payload = 0; payload + 1 < 127; ++payload)
        for (const Format format : {Format::nvfp4, Format::razer_a})
            for (const uint32_t places : {0u, lowest, 0u - lowest}) {
                QuantizeJob job{format, std::ldexp(1.0f, rng.between(-10, 10)), {}};
                const float tie = 3 * (scale(payload) + scale(payload + 1)) / job.divisor;
                const float largest = std::bit_cast<float>(std::bit_cast<uint32_t>(tie) + places);
                for (float& x : job.x) x = rng.uniform(largest / 2);
                job.x[static_cast<size_t>(payload % 16)] = rng.one_in(2) ? largest : -largest;
                jobs.push_back(at_ports(job, shape));
            }
    return jobs;
}

// One value of every class among fifteen of every class.
std::vector<QuantizeJob> classes(const QuantizeShape& shape) {
    const uint32_t lowest = 1u << (32 - shape.value_bits);
    std::vector<float> values;
    for (const uint32_t sign : {0u, 0x80000000u})
        for (const uint32_t bits : {0u, lowest, 0x00800000 - lowest, 0x00800000u, 0x3F800000u,
                                    0x7F800000 - lowest, 0x7F800000u, 0x7FA00000u, 0x7FC00000u})
            values.push_back(std::bit_cast<float>(sign | bits));
    Rng rng(26);
    std::vector<QuantizeJob> jobs;
    for (const float one : values)
        for (const float others : values)
            for (const Format format : {Format::nvfp4, Format::razer_a})
                for (const float divisor : {0x1p-126f, 1.0f, 0x1p127f}) {
                    QuantizeJob job{format, divisor, test::block_of({}, others)};
                    job.x[static_cast<size_t>(rng.below(16))] = one;
                    jobs.push_back(job);
                }
    return jobs;
}

} // namespace

std::span<const QuantizeStimulus> quantize_stimuli() {
    static constexpr std::array<QuantizePace, 1> fast{{{8, 8}}};
    static constexpr std::array<QuantizePace, 6> paces{
        {{8, 8}, {8, 1}, {1, 8}, {4, 4}, {7, 2}, {1, 1}}};
    static constexpr std::array list{
        QuantizeStimulus{"random-blocks", "values of several textures and sizes, at every pace",
                         random_blocks, paces},
        QuantizeStimulus{"boundary-blocks",
                         "values on the boundaries of codes under every block scale", boundaries,
                         fast},
        QuantizeStimulus{"scale-ties",
                         "largest magnitudes halfway between two block scales, and next to it",
                         scale_ties, fast},
        QuantizeStimulus{"value-classes", "one value of every class among others of every class",
                         classes, fast},
        QuantizeStimulus{"extreme-blocks", "any bit patterns under any divisor", extreme_blocks,
                         fast},
    };
    return list;
}

} // namespace fp4
