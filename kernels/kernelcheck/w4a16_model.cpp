#include "w4a16_model.hpp"

#include "arithmetic/narrow.hpp"
#include "arithmetic/scale.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/arithmetic/dot_add.hpp"
#include "fp4/try.hpp"

namespace fp4::kernels {

Result<std::vector<uint32_t>> w4a16_model(const DenseMatrix& x, const PackedTensor& w,
                                          const DotProfile& tensor_cores) {
    auto unscaled = w;
    const float lifted =
        0x1p8f * ue4m3_units(spec_of(w.format).scale); // that keeps weights within binary16
    unscaled.tensor_scale = Fp32::from_float(1 / lifted);
    std::vector<Fp32> weights(w.rows * w.k);
    FP4_TRY(dequantize_tensor(unscaled, weights, "w"));
    std::vector<uint32_t> out;
    for (int64_t token = 0; token < x.rows; ++token)
        for (uint64_t row = 0; row < w.rows; ++row) {
            float sum = 0;
            for (uint64_t warp = 0; warp < 8; ++warp) {
                std::vector<uint32_t> a, b;
                for (uint64_t panel = warp; panel * 256 < w.k; panel += 8)
                    for (uint64_t i = 0; i < 256;
                         ++i) { // instruction by instruction: four columns out of each block of a
                                // chunk of 64, two of them in its first half
                        const uint64_t chunk = i / 64, instruction = i % 64 / 16, slot = i % 16,
                                       block = slot % 8 / 2, element = slot / 8 * 2 + slot % 2,
                                       column = panel * 256 + chunk * 64 + block * 16 +
                                                instruction * 4 + element;
                        a.push_back(column < w.k ? f16_of(weights[row * w.k + column].to_float())
                                                 : 0);
                        b.push_back(column < w.k
                                        ? x.word(token * x.columns + static_cast<int64_t>(column))
                                        : 0);
                    }
                if (a.empty()) continue;
                FP4_TRY_ASSIGN(const auto dot, dot_add(tensor_cores, {a, b, {}, {}}, Fp32{}));
                sum += Fp32{dot}.to_float();
            }
            out.push_back(Fp32::from_float(sum * (w.tensor_scale.to_float() * lifted)).bits);
        }
    return out;
}

} // namespace fp4::kernels
