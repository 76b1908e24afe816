#include <algorithm>

#include "arithmetic/operand.hpp"
#include "comparison.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"

namespace fp4::kernels {
namespace {

using namespace test;

struct Pair {
    Format a, b;
    const Arithmetic* arithmetic;

    std::string name() const {
        return std::string(spec_of(a).name) + " " + std::string(spec_of(b).name) + " " +
               std::string(arithmetic->name);
    }
    int block() const { return spec_of(a).block; }
};

std::vector<Pair> pairs() {
    std::vector<Pair> out;
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        for (const Format a : all_formats)
            for (const Format b : all_formats)
                if (has_kernels(spec_of(a)) && has_kernels(spec_of(b)) &&
                    spec_of(a).block == spec_of(b).block &&
                    (arithmetic.accumulation != Accumulation::exact ||
                     spec_of(a).scale_spec().fits_int64_sum()))
                    out.push_back({a, b, &arithmetic});
    }
    return out;
}

std::string shape_of(const PackedTensor& a, const PackedTensor& b) {
    return std::to_string(a.rows) + " x " + std::to_string(b.rows) + " x " + std::to_string(a.k);
}

// Ordinary values and, one in four, edges.
std::vector<Fp32> random_c(Rng& rng, uint64_t count) {
    const auto edges = fp32_edges();
    std::vector<Fp32> out;
    for (uint64_t i = 0; i < count; ++i)
        out.push_back({rng.one_in(4)
                           ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                           : rng.fp32_bits(-45, 35)});
    return out;
}

void compare_raw(Comparison& comparison, Engine& engine, const PackedTensor& a,
                 const PackedTensor& b, const std::vector<Fp32>& c, const Arithmetic& arithmetic) {
    const auto expected = gemm_reference(a, b, c, arithmetic);
    if (!expected) return comparison.fail(expected.error().message);
    comparison.compare(engine.gemm(a, b, c, arithmetic), words_of(*expected), shape_of(a, b));
}

// Long rows with every kind of C.
Outcome dots(Engine& engine, const CheckSize& size, const Pair& pair) {
    Comparison comparison;
    Rng rng(10);
    for (int i = 0; i < 2 * size.repeats; ++i) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
        const auto k = static_cast<uint64_t>(pair.block() * rng.between(1, 3 * size.blocks));
        auto a = random_tensor(rng, pair.a, specials, 1, k, 400);
        const auto b = random_tensor(rng, pair.b, specials, 1, k, 400);
        auto c = random_c(rng, 1);
        if (rng.one_in(8)) { // zero scales do not raise the alignment and cut a tiny C
            std::ranges::fill(a.scales, uint8_t{0});
            c = {{rng.fp32_bits() & 0x80FFFFFF}};
        }
        compare_raw(comparison, engine, a, b, c, *pair.arithmetic);
    }
    return std::move(comparison).outcome();
}

Outcome matrices(Engine& engine, const CheckSize& size, const Pair& pair) {
    Comparison comparison;
    Rng rng(11);
    for (int i = 0; i < size.repeats; ++i) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
        const auto k = static_cast<uint64_t>(pair.block() * rng.between(1, size.blocks));
        const auto a = random_tensor(rng, pair.a, specials,
                                     static_cast<uint64_t>(rng.between(1, size.rows)), k, 200);
        const auto b = random_tensor(rng, pair.b, specials,
                                     static_cast<uint64_t>(rng.between(1, size.columns)), k, 200);
        compare_raw(comparison, engine, a, b,
                    i % 2 ? random_c(rng, a.rows * b.rows) : std::vector<Fp32>{}, *pair.arithmetic);
    }
    return std::move(comparison).outcome();
}

void compare_scaled(Comparison& comparison, Engine& engine, const PackedTensor& a,
                    const PackedTensor& b, const std::vector<Fp32>& c, const Arithmetic& arithmetic,
                    const std::string& context) {
    const auto raw = gemm_reference(a, b, c, arithmetic);
    if (!raw) return comparison.fail(raw.error().message);
    for (const auto& [dense, type] : {std::pair{Dense::f32, OutputType::f32},
                                      {Dense::bf16, OutputType::bf16},
                                      {Dense::f16, OutputType::f16}}) {
        const auto expected = epilogue(*raw, b.rows, a.outer_scales(), b.outer_scales(), type);
        if (!expected) return comparison.fail(expected.error().message);
        comparison.compare(engine.gemm_scaled(a, b, c, arithmetic, dense), *expected,
                           std::string(spec_of(type).name) + " of " + context);
    }
}

std::vector<Fp32> random_scales(Rng& rng, uint64_t count) {
    std::vector<Fp32> out;
    for (uint64_t i = 0; i < count; ++i) out.push_back({rng.fp32_bits(-60, 60)});
    return out;
}

// Scales of tensors and of rows, on either side and on both, and the types of outputs, as golden's
// epilogue.
Outcome scaled(Engine& engine, const CheckSize&, const Pair& pair) {
    Comparison comparison;
    Rng rng(13);
    const auto k = static_cast<uint64_t>(pair.block() * 2);
    auto a = random_tensor(rng, pair.a, {}, 20, k, 60), b = random_tensor(rng, pair.b, {}, 9, k);
    const auto compare = [&](const std::string& context) {
        compare_scaled(comparison, engine, a, b, random_c(rng, a.rows * b.rows), *pair.arithmetic,
                       context);
    };
    for (const auto& [scale_a, scale_b] : {std::pair{0x3A3D5412u, 0x3B112233u},
                                           {0x1F800000u, 0x20123456u},
                                           {0x5F800000u, 0x60000000u}}) {
        a.tensor_scale = {scale_a};
        b.tensor_scale = {scale_b};
        compare("tensor scales " + hex(scale_a) + " " + hex(scale_b));
    }
    a.row_scales = random_scales(rng, a.rows);
    compare("scales of A's rows");
    b.row_scales = random_scales(rng, b.rows);
    compare("scales of both operands' rows");
    a.row_scales.clear();
    compare("scales of B's rows");
    return std::move(comparison).outcome();
}

// The largest sums that `exact` takes, and one block more, which it must refuse.
Outcome longest_sums(Engine& engine, const CheckSize&) {
    Comparison comparison;
    const auto full = [&](uint64_t k, uint8_t scale) {
        return PackedTensor{Format::razer_a,
                            {31, 31},
                            1,
                            k,
                            std::vector<uint8_t>(k / 2, 0x88),
                            std::vector<uint8_t>(k / 16, scale)};
    };
    const uint64_t k = 182416; // 16 * 11,401
    for (const uint8_t scale : {uint8_t{0x7E}, uint8_t{0xFE}})
        compare_raw(comparison, engine, full(k, 0x7E), full(k, scale), {}, exact);
    const auto beyond = engine.gemm(full(k + 16, 0x7E), full(k + 16, 0x7E), {}, exact);
    if (beyond || beyond.error().code != ErrorCode::bound_exceeded)
        comparison.fail("a longer row was not refused");
    return std::move(comparison).outcome();
}

Outcome large_product(Engine& engine, const CheckSize& size, const Pair& pair) {
    if (!size.large) return {.skipped = "too large to be emulated"};
    Comparison comparison;
    Rng rng(15);
    const auto a = random_tensor(rng, pair.a, {10, 16}, 2048, 4096),
               b = random_tensor(rng, pair.b, {10, 16}, 4096, 4096);
    const auto expected = gemm_fast(a, b, {}, *pair.arithmetic, {.threads = 0});
    if (!expected) return {.first = expected.error().message};
    comparison.compare(engine.gemm(a, b, {}, *pair.arithmetic), words_of(*expected),
                       shape_of(a, b));
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> gemm_checks() {
    std::vector<Check> out;
    using Function = Outcome (*)(Engine&, const CheckSize&, const Pair&);
    for (const auto& [kernel, suffix, function] :
         {std::tuple<const char*, const char*, Function>{"dot", "", dots},
          {"gemm", "", matrices},
          {"gemm", " scaled", scaled}})
        for (const Pair& pair : pairs())
            out.push_back({kernel, pair.name() + suffix,
                           [pair, function = function](Engine& engine, const CheckSize& size) {
                               return function(engine, size, pair);
                           }});
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (const Pair& pair : {Pair{Format::nvfp4, Format::nvfp4, &arithmetic},
                                 {Format::razer_a, Format::razer_w, &arithmetic}})
            out.push_back(
                {"gemm", pair.name() + " large", [pair](Engine& engine, const CheckSize& size) {
                     return large_product(engine, size, pair);
                 }});
    out.push_back({"gemm", "exact longest", longest_sums});
    return out;
}

} // namespace fp4::kernels
