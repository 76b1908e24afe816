#include <algorithm>

#include "arithmetic/narrow.hpp"
#include "arithmetic/operand.hpp"
#include "comparison.hpp"
#include "operands.hpp"
#include "w4a16_model.hpp"

namespace fp4::kernels {
namespace {

using namespace test;

DenseMatrix random_f16(Rng& rng, int64_t rows, int64_t columns) {
    DenseMatrix out{Dense::f16, rows, columns, {}};
    for (int64_t i = 0; i < rows * columns; ++i) {
        const auto half = static_cast<uint16_t>(f16_of(rng.uniform(3) * rng.uniform(1)));
        out.bytes.push_back(static_cast<uint8_t>(half & 0xFF));
        out.bytes.push_back(static_cast<uint8_t>(half >> 8));
    }
    return out;
}

Outcome random_products(Engine& engine, const CheckSize& size, Format format) {
    const auto model = engine.tensor_core_model();
    if (model.empty()) return {.skipped = "golden has no model of this GPU's tensor cores"};
    const DotProfile& tensor_cores = *std::ranges::find(dot_profiles, model, &DotProfile::name);
    Comparison comparison;
    Rng rng(21);
    for (const int tokens : {1, 3, 8, 9, 16, 25, 40, 64, 70}) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
        const int rows = rng.between(1, size.large ? size.rows : 36),
                  blocks = rng.between(1, size.large    ? 400
                                          : tokens > 16 ? 20
                                                        : 140);
        auto w = random_tensor(rng, format, specials, static_cast<uint64_t>(rows),
                               static_cast<uint64_t>(16 * blocks));
        w.tensor_scale = {0x3A3D5412};
        const auto x = random_f16(rng, tokens, static_cast<int64_t>(w.k));
        const auto expected = w4a16_model(x, w, tensor_cores);
        if (!expected) return {.first = expected.error().message};
        comparison.compare(engine.w4a16(x, w), *expected,
                           std::to_string(tokens) + " x " + std::to_string(w.rows) + " x " +
                               std::to_string(w.k));
    }
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> w4a16_checks() {
    std::vector<Check> out;
    for (const Format format : formats_of_16)
        if (has_kernels(spec_of(format)))
            out.push_back({"w4a16", std::string(spec_of(format).name),
                           [=](Engine& engine, const CheckSize& size) {
                               return random_products(engine, size, format);
                           }});
    return out;
}

} // namespace fp4::kernels
