#include <memory>

#include "comparison.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "ops_folder.hpp"

namespace fp4::kernels {
namespace {

OutputType output_type_of(Dense type) {
    return type == Dense::bf16  ? OutputType::bf16
           : type == Dense::f16 ? OutputType::f16
                                : OutputType::f32;
}

Outcome kernels_against(Engine& engine, const DumpedOps& dumped, const DumpedOp& op) {
    Comparison comparison;
    comparison.compare(engine.gemm(op.a, op.b, op.c, *dumped.arithmetic), op.d, "D");
    comparison.compare(engine.gemm_scaled(op.a, op.b, op.c, *dumped.arithmetic, dumped.out_type),
                       op.out, "out");
    return std::move(comparison).outcome();
}

Outcome golden_against(const DumpedOps& dumped, const DumpedOp& op) {
    Comparison comparison;
    const auto d = gemm_fast(op.a, op.b, op.c, *dumped.arithmetic);
    if (!d) return {.first = d.error().message};
    const auto out = epilogue(*d, op.b.rows, op.a.outer_scales(), op.b.outer_scales(),
                              output_type_of(dumped.out_type));
    if (!out) return {.first = out.error().message};
    comparison.compare(words_of(*d), op.d, "D");
    comparison.compare(*out, op.out, "out");
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> ops_checks(DumpedOps dumped) {
    std::vector<Check> out;
    const auto shared = std::make_shared<const DumpedOps>(std::move(dumped));
    for (const DumpedOp& op : shared->ops) {
        const std::string what = op.name + " against " + shared->engine;
        out.push_back({"ops", what, [shared, &op](Engine& engine, const CheckSize&) {
                           return kernels_against(engine, *shared, op);
                       }});
        out.push_back({"ops", what + ", golden", [shared, &op](Engine&, const CheckSize&) {
                           return golden_against(*shared, op);
                       }});
    }
    return out;
}

} // namespace fp4::kernels
