#include "benches.hpp"
#include "bodies/encode.hpp"
#include "cuda/launch.hpp"
#include "fill.hpp"
#include "fp4/encode/encode.hpp"

namespace fp4::kernels::bench {
namespace {

constexpr int64_t rows = 32768, k = 4096;
constexpr int launches = 4;
constexpr float tensor_scale = 0x1p-11f;

template <class Rule>
void bench(const Stream& stream, Results& results, Format format, const Rule& rule, const Memory& x,
           const Memory& codes, const Memory& scales) {
    const std::string name(spec_of(format).name);
    const Encode<Rule, Dense::bf16> kernel{
        x.as<void>(), rows * k, tensor_scale, rule, codes.as<uint8_t>(), scales.as<uint8_t>()};
    codes.poison();
    scales.poison();
    const Timing timing = time(stream, launches, [&](cudaStream_t s) {
        for (int i = 0; i < launches; ++i) must(launch(kernel, kernel.blocks(), 1, s), "encode");
    });
    for (const int64_t row : sample(rows, 64)) {
        const auto words = x.read(static_cast<size_t>(row * k * 2), k * 2);
        std::vector<float> values;
        for (size_t i = 0; i < words.size(); i += 2)
            values.push_back(
                Fp32{static_cast<uint32_t>(words[i] | words[i + 1] << 8) << 16}.to_float());
        const auto expected = encode(values, 1, k,
                                     {.format = format,
                                      .specials = specials,
                                      .tensor_scale = TensorScale{.multiplier = {tensor_scale}}},
                                     "x");
        const auto size = static_cast<size_t>(spec_of(format).block),
                   at = static_cast<size_t>(row * k);
        if (!expected || codes.read(at / 2, k / 2) != expected->codes ||
            scales.read(at / size, k / size) != expected->scales) {
            results.wrong.push_back("encode " + name);
            break;
        }
    }
    results.add({"encode", name + " from bf16", "32768 x 4096", timing,
                 rows * k * 2 + packed_bytes(format, rows, k), 0});
}

} // namespace

void bench_encode(const Stream& stream, Results& results) {
    const Memory x(rows * k * 2), codes(rows * k / 2), scales(rows * k / 16);
    must(fill_values(x.as<void>(), Dense::bf16, rows * k, 3), "fill");
    must(cudaDeviceSynchronize(), "fill");
    bench(stream, results, Format::nvfp4, EncodeNv{}, x, codes, scales);
    bench(stream, results, Format::razer_a, EncodeRazerA{specials.v1_halves}, x, codes, scales);
    bench(stream, results, Format::razer_w,
          EncodeRazerW{specials.v1_halves, specials.v2_halves, 0x3Eu}, x, codes, scales);
}

} // namespace fp4::kernels::bench
