#include <cmath>
#include <cstring>

#include "arithmetic/operand.hpp"
#include "comparison.hpp"
#include "fp4/encode/encode.hpp"
#include "operands.hpp"

namespace fp4::kernels {
namespace {

using namespace test;

struct Made {
    Format format;
    Encoder encoder;
};

constexpr std::array<Made, 6> made{{{Format::nvfp4, Encoder::nv},
                                    {Format::razer_w, Encoder::razer_paper},
                                    {Format::razer_a, Encoder::razer_paper},
                                    {Format::mxfp4, Encoder::ocp},
                                    {Format::mxfp4, Encoder::ocp_ceil},
                                    {Format::mxfp4, Encoder::ocp_even}}};

// An integer from 4 to 16 or a float beside it, where power-of-two scales change, in one of 20
// values, so that it is often the largest of its block.
float binade_edge(Rng& rng) {
    if (!rng.one_in(20)) return rng.uniform(1);
    const uint32_t quarter = Fp32::from_float(static_cast<float>(rng.between(4, 16))).bits;
    return Fp32{quarter + static_cast<uint32_t>(rng.between(-1, 1))}.to_float();
}

struct Data {
    const char* name;
    float (*draw)(Rng&);
    bool unscaled; // so that ties stay ties
};

constexpr std::array<Data, 5> kinds{{
    {"ordinary", [](Rng& rng) { return rng.uniform(4) * rng.uniform(2); }, false},
    {"all exponents", [](Rng& rng) { return Fp32{rng.fp32_bits(-126, 127)}.to_float(); }, false},
    {"ties", [](Rng& rng) { return 0.25f * static_cast<float>(rng.between(-30, 30)); }, true},
    {"binade edges", binade_edge, true},
    {"zeros", [](Rng& rng) { return rng.one_in(2) ? 0.0f : -0.0f; }, false},
}};

DenseMatrix matrix_of(const std::vector<float>& values, int64_t rows) {
    DenseMatrix out{Dense::f32, rows, static_cast<int64_t>(values.size()) / rows,
                    std::vector<uint8_t>(values.size() * 4)};
    std::memcpy(out.bytes.data(), values.data(), out.bytes.size());
    return out;
}

void compare_encoded(Comparison& comparison, Engine& engine, const DenseMatrix& x,
                     const std::vector<float>& values, const EncodeRequest& request) {
    EncodeOptions options{.format = request.format,
                          .encoder = request.encoder,
                          .specials = request.specials,
                          .e3m3_max = request.e3m3_max};
    if (request.tensor_scale)
        options.tensor_scale = TensorScale{.multiplier = {*request.tensor_scale}};
    const auto expected = encode(values, static_cast<uint64_t>(x.rows),
                                 static_cast<uint64_t>(x.columns), options, "x");
    if (!expected) return comparison.fail(expected.error().message);
    const auto found = engine.encode(x, request);
    if (!found) return comparison.fail(found.error().message);
    const std::string shape = std::to_string(x.rows) + " x " + std::to_string(x.columns);
    comparison.compare(found->tensor_scale.bits, expected->tensor_scale.bits,
                       shape + " tensor scale");
    comparison.compare(found->scales, expected->scales, shape + " scales");
    comparison.compare(found->codes, expected->codes, shape + " codes");
}

Outcome random_matrices(Engine& engine, const CheckSize& size, const Made& by, const Data& kind) {
    Comparison comparison;
    Rng rng(5);
    for (int i = 0; i < 6 * size.repeats; ++i) {
        const Specials specials =
            some_specials[static_cast<size_t>(rng.below(5))]; // the sixth cannot be encoded
        const int rows = rng.between(1, size.columns), k = 32 * rng.between(1, size.blocks / 2);
        std::vector<float> values(static_cast<size_t>(rows * k));
        for (float& x : values) x = kind.draw(rng);
        EncodeRequest request{by.format, by.encoder, specials, rng.one_in(2) ? 28 : 30, {}};
        if (kind.unscaled && !spec_of(by.format).exponent_only_scales())
            request.tensor_scale = 1.0f;
        compare_encoded(comparison, engine, matrix_of(values, rows), values, request);
    }
    return std::move(comparison).outcome();
}

float value_of(Dense type, uint16_t word) {
    if (type == Dense::bf16) return Fp32{static_cast<uint32_t>(word) << 16}.to_float();
    const int field = word >> 10 & 31, significand = (word & 0x3FF) | (field ? 0x400 : 0);
    return std::ldexp(word & 0x8000 ? -static_cast<float>(significand)
                                    : static_cast<float>(significand),
                      (field ? field : 1) - 25);
}

// Subnormal and ordinary words.
Outcome sixteen_bit_sources(Engine& engine, const CheckSize& size, Dense type) {
    Comparison comparison;
    Rng rng(7);
    for (int i = 0; i < size.repeats; ++i) {
        DenseMatrix x{type, rng.between(1, size.columns), 16 * rng.between(1, size.blocks), {}};
        std::vector<float> values;
        for (int64_t at = 0; at < x.rows * x.columns; ++at) {
            const int field = i % 2 ? rng.below(2) : rng.between(10, 20),
                      fraction = type == Dense::bf16 ? rng.below(128) : rng.below(1024);
            const auto word =
                static_cast<uint16_t>((type == Dense::bf16 ? field << 7 : field << 10) | fraction |
                                      (rng.one_in(2) ? 0x8000 : 0));
            x.bytes.push_back(static_cast<uint8_t>(word & 0xFF));
            x.bytes.push_back(static_cast<uint8_t>(word >> 8));
            values.push_back(value_of(type, word));
        }
        compare_encoded(
            comparison, engine, x, values,
            {.format = i % 3 == 0 ? Format::razer_a : Format::nvfp4, .specials = {10, 16}});
    }
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> encode_checks() {
    std::vector<Check> out;
    for (const Made& by : made) {
        std::string what(spec_of(by.format).name);
        if (by.encoder != default_encoder(by.format))
            what += " by " + std::string(spec_of(by.encoder).name);
        for (const Data& kind : kinds)
            out.push_back({"encode", what + " " + kind.name,
                           [&by, &kind](Engine& engine, const CheckSize& size) {
                               return random_matrices(engine, size, by, kind);
                           }});
    }
    for (const auto& [type, name] : {std::pair{Dense::bf16, "from bf16"}, {Dense::f16, "from f16"}})
        out.push_back({"encode", name, [type = type](Engine& engine, const CheckSize& size) {
                           return sixteen_bit_sources(engine, size, type);
                       }});
    return out;
}

} // namespace fp4::kernels
