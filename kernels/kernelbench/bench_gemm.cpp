#include <array>

#include "benches.hpp"
#include "bodies/gemm_profiles.hpp"
#include "cuda/launch.hpp"
#include "engine/fused_rule.hpp"
#include "fill.hpp"
#include "fp4/gemm/gemm.hpp"

namespace fp4::kernels::bench {
namespace {

struct Shape {
    int64_t m, n, k;
    std::string name() const {
        return std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k);
    }
    double macs() const { return static_cast<double>(m * n) * static_cast<double>(k); }
};

struct Target {
    const Arithmetic* arithmetic;
    double gate, stretch; // of cuBLAS' BF16 rate
};

constexpr std::array<Target, 3> targets{
    {{&fp32_seq, 0.10, 0.35}, {&exact, 0.06, 0.20}, {&nv_blackwell, 0.03, 0.03}}};

void start(const GemmArguments& arguments, Accumulation accumulation, cudaStream_t stream) {
    const auto run = [&](const auto& kernel) {
        must(launch(kernel, kernel.blocks_x(), kernel.blocks_y(), stream), "gemm");
    };
    switch (accumulation) {
    case Accumulation::exact: run(ExactGemm{arguments}); break;
    case Accumulation::sequential: run(SequentialGemm{arguments}); break;
    case Accumulation::fused_steps: run(FusedGemm{arguments}); break;
    }
}

// Where sampled rows and columns cross.
bool equals_golden(const PackedWeights& a, const PackedWeights& b, const Arithmetic& arithmetic,
                   const Memory& d) {
    const auto rows = sample(a.operand.rows, 24), columns = sample(b.operand.rows, 24);
    const auto expected = gemm_reference(a.rows(rows), b.rows(columns), {}, arithmetic);
    if (!expected) return false;
    for (size_t i = 0; i < rows.size(); ++i)
        for (size_t j = 0; j < columns.size(); ++j) {
            const auto found =
                d.read(static_cast<size_t>((rows[i] * b.operand.rows + columns[j]) * 4), 4);
            const uint32_t word =
                found[0] | found[1] << 8 | found[2] << 16 | static_cast<uint32_t>(found[3]) << 24;
            if (word != (*expected)[i * columns.size() + j].bits) return false;
        }
    return true;
}

} // namespace

void bench_gemm(const Stream& stream, Blas& blas, Results& results) {
    for (const Shape& shape : {Shape{4096, 4096, 4096}, {2048, 14336, 4096}}) {
        const Memory x(static_cast<size_t>(shape.m * shape.k * 2)),
            y(static_cast<size_t>(shape.m * shape.n * 2)),
            d(static_cast<size_t>(shape.m * shape.n * 4));
        std::vector<Blas::Weights> w;
        w.push_back({shape.n, shape.k, Memory(static_cast<size_t>(shape.n * shape.k * 2))});
        must(fill_values(x.as<void>(), Dense::bf16, shape.m * shape.k, 1), "fill");
        must(fill_values(w[0].data.as<void>(), Dense::bf16, shape.n * shape.k, 2), "fill");
        must(cudaDeviceSynchronize(), "fill");
        const auto best = blas.products(Dense::bf16, shape.m, w, x, y, 1);
        const double blas_us =
            results
                .add({"cublas-bf16", best.way, shape.name(), best.timing,
                      static_cast<double>(
                          2 * (shape.m * shape.k + shape.n * shape.k + shape.m * shape.n)),
                      shape.macs()})
                .median_us;
        for (const auto& [format_a, format_b] :
             {std::pair{Format::nvfp4, Format::nvfp4}, {Format::razer_a, Format::razer_w}}) {
            const PackedWeights a(format_a, shape.m, shape.k, 21),
                b(format_b, shape.n, shape.k, 22);
            for (const Target& target : targets) {
                auto arguments =
                    gemm_arguments(a.operand, b.operand, fused_rule_of(*target.arithmetic));
                arguments.d = d.as<void>();
                const std::string name = std::string(spec_of(format_b).name) + " " +
                                         std::string(target.arithmetic->name);
                d.poison();
                const Timing timing = time(stream, 1, [&](cudaStream_t s) {
                    start(arguments, target.arithmetic->accumulation, s);
                });
                if (!equals_golden(a, b, *target.arithmetic, d))
                    results.wrong.push_back("gemm " + name + " " + shape.name());
                const double bytes = packed_bytes(format_a, shape.m, shape.k) +
                                     packed_bytes(format_b, shape.n, shape.k) +
                                     static_cast<double>(4 * shape.m * shape.n);
                const double us =
                    results.add({"gemm", name, shape.name(), timing, bytes, shape.macs()})
                        .median_us;
                results.goal({"bit-exact GEMM " + std::string(target.arithmetic->name) +
                                  ", of cuBLAS BF16's rate",
                              name, blas_us / us, target.gate, target.stretch, false});
            }
        }
    }
}

} // namespace fp4::kernels::bench
