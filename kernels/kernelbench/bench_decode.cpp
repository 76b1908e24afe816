#include <map>

#include "benches.hpp"
#include "bodies/decode.hpp"
#include "cuda/launch.hpp"
#include "fp4/dequantize/dequantize.hpp"

namespace fp4::kernels::bench {
namespace {

constexpr int64_t rows = 32768, k = 4096;
constexpr int launches =
    6; // together about the bytes of the copy; what one writes leaves none of the codes in L2
constexpr float tensor_scale = 0x1.8p-6f;

bool equals_golden(const PackedWeights& weights, const Memory& out) {
    const auto chosen = sample(rows, 64);
    auto tensor = weights.rows(chosen);
    tensor.tensor_scale = Fp32::from_float(tensor_scale);
    std::vector<Bf16> expected(tensor.rows * tensor.k);
    if (!dequantize_tensor(tensor, expected, "tensor")) return false;
    for (size_t i = 0; i < chosen.size(); ++i) {
        const auto found = out.read(static_cast<size_t>(chosen[i] * k * 2), k * 2);
        for (size_t j = 0; j < static_cast<size_t>(k); ++j)
            if ((found[2 * j] | found[2 * j + 1] << 8) !=
                expected[i * static_cast<size_t>(k) + j].bits)
                return false;
    }
    return true;
}

} // namespace

void bench_decode(const Stream& stream, Results& results) {
    const Memory out(rows * k * 2);
    std::map<Format, double> us;
    for (const Format format : {Format::nvfp4, Format::razer_w, Format::razer_a, Format::mxfp4}) {
        const std::string name(spec_of(format).name);
        const PackedWeights weights(format, rows, k, 7);
        const Decode<Dense::bf16> kernel{weights.operand, out.as<void>(), {tensor_scale, nullptr}};
        out.poison();
        must(launch(kernel, kernel.blocks(), 1, stream), "decode");
        stream.wait();
        if (!equals_golden(weights, out)) results.wrong.push_back("decode " + name);
        const Timing timing = time(stream, launches, [&](cudaStream_t s) {
            for (int i = 0; i < launches; ++i)
                must(launch(kernel, kernel.blocks(), 1, s), "decode");
        });
        if (!equals_golden(weights, out))
            results.wrong.push_back("decode " + name + ", after the replays");
        const double bytes = packed_bytes(format, rows, k) + rows * k * 2;
        us[format] =
            results.add({"decode", name + " to bf16", "32768 x 4096", timing, bytes, 0}).median_us;
        if (format == Format::nvfp4)
            results.goal({"decode NVFP4 to BF16, of copy bandwidth", name,
                          bytes / us[format] / results.copy_bytes_per_us, 0.90, 0.95, false});
    }
    for (const Format format : {Format::razer_w, Format::razer_a})
        results.goal({"decode RaZeR, time over NVFP4's", std::string(spec_of(format).name),
                      us[format] / us[Format::nvfp4], 1.03, 1.00, true});
}

} // namespace fp4::kernels::bench
