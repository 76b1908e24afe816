#include <array>

#include "benches.hpp"
#include "fill.hpp"
#include "w4a16_weights.hpp"

namespace fp4::kernels::bench {
namespace {

struct Model {
    const char* name;
    int layers;
    int64_t hidden, key_value, intermediate;
    double gate, stretch;

    // N, K of every linear, in the order of a token's way.
    std::vector<std::pair<int64_t, int64_t>> linears() const {
        std::vector<std::pair<int64_t, int64_t>> out;
        for (int i = 0; i < layers; ++i)
            for (const auto& each : {std::pair{hidden, hidden},
                                     {key_value, hidden},
                                     {key_value, hidden},
                                     {hidden, hidden},
                                     {intermediate, hidden},
                                     {intermediate, hidden},
                                     {hidden, intermediate}})
                out.push_back(each);
        out.emplace_back(128256, hidden);
        return out;
    }
};

constexpr std::array<Model, 2> models{{{"Llama-3.2-1B", 16, 2048, 512, 8192, 1.5, 2.0},
                                       {"Llama-3.1-8B", 32, 4096, 1024, 14336, 2.2, 2.8}}};

} // namespace

void bench_layers(const Stream& stream, Blas& blas, std::string_view tensor_core_model,
                  Results& results) {
    for (const Model& model : models) {
        const auto linears = model.linears();
        const Memory x(static_cast<size_t>(model.intermediate * 2)), y(size_t{128256} * 4);
        must(fill_values(x.as<void>(), Dense::f16, model.intermediate, 5), "fill");
        double weights_count = 0;
        for (const auto& [n, k] : linears) weights_count += static_cast<double>(n * k);

        double blas_us = 0;
        {
            std::vector<Blas::Weights> halves;
            for (const auto& [n, k] : linears) {
                halves.push_back({n, k, Memory(static_cast<size_t>(n * k * 2))});
                must(fill_values(halves.back().data.as<void>(), Dense::f16, n * k, halves.size()),
                     "fill");
            }
            must(cudaDeviceSynchronize(), "fill");
            const auto best = blas.products(Dense::f16, 1, halves, x, y, 1);
            blas_us = results
                          .add({"cublas-f16", std::string("layers, ") + best.way, model.name,
                                best.timing, 2 * weights_count, weights_count})
                          .median_us;
        }
        for (const Format format : {Format::nvfp4, Format::razer_w}) {
            std::vector<W4A16Weights> weights;
            for (const auto& [n, k] : linears)
                weights.emplace_back(PackedWeights(format, n, k, weights.size()));
            const PackedWeights last(format, linears.back().first, linears.back().second,
                                     linears.size() - 1); // whose output stays in y
            y.poison();
            const Timing timing = time(stream, 1, [&](cudaStream_t s) {
                for (const W4A16Weights& each : weights) each.multiply(x, 1, y, s);
            });
            const std::string name(spec_of(format).name);
            if (!equals_golden(last, tensor_core_model, x, 1, y))
                results.wrong.push_back("layers " + name + " " + model.name);
            const double us =
                results
                    .add({"layers", name, model.name, timing,
                          weights_count * packed_bytes(format, 1, 16) / 16, weights_count})
                    .median_us;
            results.goal({std::string("all linears of ") + model.name + ", times as fast as cuBLAS",
                          name, blas_us / us, model.gate, model.stretch, false});
        }
    }
}

} // namespace fp4::kernels::bench
