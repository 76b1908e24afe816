#include <array>

#include "benches.hpp"
#include "fill.hpp"
#include "w4a16_weights.hpp"

namespace fp4::kernels::bench {
namespace {

struct Layer {
    const char* name;
    int64_t n, k;
    bool of_8b;
};

constexpr std::array<Layer, 7> layers{{{"1B q, o", 2048, 2048, false},
                                       {"1B gate or up", 8192, 2048, false},
                                       {"1B lm_head", 128256, 2048, false},
                                       {"8B q, o", 4096, 4096, true},
                                       {"8B gate or up", 14336, 4096, true},
                                       {"8B gate and up", 28672, 4096, true},
                                       {"8B lm_head", 128256, 4096, true}}};
constexpr int most_tokens = 64;

} // namespace

void bench_w4a16(const Stream& stream, Blas& blas, std::string_view model, Results& results) {
    for (const Layer& layer : layers) {
        const Memory x(static_cast<size_t>(most_tokens * layer.k * 2)),
            y(static_cast<size_t>(most_tokens * layer.n * 4));
        must(fill_values(x.as<void>(), Dense::f16, most_tokens * layer.k, 5), "fill");

        std::vector<Blas::Weights> halves;
        for (int i = 0; i < rotations(static_cast<double>(layer.n * layer.k * 2)); ++i) {
            halves.push_back(
                {layer.n, layer.k, Memory(static_cast<size_t>(layer.n * layer.k * 2))});
            must(fill_values(halves.back().data.as<void>(), Dense::f16, layer.n * layer.k,
                             100 + static_cast<uint64_t>(i)),
                 "fill");
        }
        must(cudaDeviceSynchronize(), "fill");
        std::vector<double> blas_us;
        constexpr std::array<int32_t, 6> batches{1, 2, 4, 8, 16, most_tokens};
        const auto shape_of = [&](int32_t tokens) {
            return std::to_string(tokens) + " x " + std::to_string(layer.n) + " x " +
                   std::to_string(layer.k);
        };
        for (const int32_t tokens : batches) {
            const auto best =
                blas.products(Dense::f16, tokens, halves, x, y, static_cast<int>(halves.size()));
            const double moved =
                static_cast<double>(2 * (layer.n * layer.k + tokens * (layer.k + layer.n)));
            blas_us.push_back(results
                                  .add({"cublas-f16", best.way, shape_of(tokens), best.timing,
                                        moved, static_cast<double>(tokens * layer.n * layer.k)})
                                  .median_us);
        }
        halves.clear();

        std::vector<double> nvfp4_us;
        for (const Format format : {Format::nvfp4, Format::razer_w}) {
            const std::string name(spec_of(format).name);
            const double packed = packed_bytes(format, layer.n, layer.k);
            const PackedWeights source(format, layer.n, layer.k, 11);
            std::vector<W4A16Weights> weights;
            weights.emplace_back(source);
            for (int i = 1; i < rotations(packed); ++i)
                weights.emplace_back(
                    PackedWeights(format, layer.n, layer.k, 11 + static_cast<uint64_t>(i)));
            for (size_t b = 0; b < batches.size(); ++b) {
                const int32_t tokens = batches[b];
                y.poison();
                weights[0].multiply(x, tokens, y, stream);
                stream.wait();
                if (!equals_golden(source, model, x, tokens, y))
                    results.wrong.push_back("w4a16 " + name + " " + shape_of(tokens));
                const auto before = y.read(0, static_cast<size_t>(tokens * layer.n * 4));
                const Timing timing =
                    time(stream, static_cast<int>(weights.size()), [&](cudaStream_t s) {
                        for (const W4A16Weights& each : weights) each.multiply(x, tokens, y, s);
                    });
                weights[0].multiply(x, tokens, y, stream);
                stream.wait();
                if (y.read(0, before.size()) != before)
                    results.wrong.push_back("w4a16 " + name + " " + shape_of(tokens) +
                                            ": other bytes after the replays");
                const double moved =
                    packed + static_cast<double>(tokens * (2 * layer.k + 4 * layer.n));
                const double us = results
                                      .add({"w4a16", name, shape_of(tokens), timing, moved,
                                            static_cast<double>(tokens * layer.n * layer.k)})
                                      .median_us;

                const std::string at = std::string(layer.name) + ", " + name;
                const double of_copy = packed / us / results.copy_bytes_per_us,
                             over_blas = blas_us[b] / us;
                if (tokens == 1 && packed >= 30e6) {
                    results.goal({"GEMV of 30 MB and more, of copy bandwidth", at, of_copy, 0.65,
                                  0.80, false});
                    results.goal({"GEMV of 30 MB and more, times as fast as cuBLAS FP16", at,
                                  over_blas, 2.4, 3.0, false});
                } else if (tokens == 1 && packed >= 9e6) {
                    results.goal(
                        {"GEMV of 9 to 19 MB, of copy bandwidth", at, of_copy, 0.40, 0.60, false});
                }
                if ((tokens == 8 || tokens == 16) && layer.of_8b)
                    results.goal({"8 and 16 tokens, 8B, times as fast as cuBLAS FP16", at,
                                  over_blas, 2.0, 2.8, false});
                if (format == Format::nvfp4) {
                    nvfp4_us.push_back(us);
                } else if (tokens == 1) {
                    results.goal({"GEMV RaZeR, time over NVFP4's", layer.name, us / nvfp4_us[b],
                                  1.10, 1.03, true});
                }
            }
        }
    }
}

} // namespace fp4::kernels::bench
