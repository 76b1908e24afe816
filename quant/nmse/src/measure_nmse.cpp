#include "fp4/quant/nmse/measure_nmse.hpp"

#include <algorithm>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode_fast.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

std::string pair_name(const NmsePair& pair) {
    return std::string(spec_of(pair.format).name) + "/" + std::string(spec_of(pair.encoder).name);
}

std::vector<NmsePair> nmse_pairs() {
    std::vector<NmsePair> pairs;
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const auto format = static_cast<Format>(f);
        const auto published = default_encoder(format);
        if (published) pairs.push_back({format, *published});
        for (size_t e = 0; e < encoder_specs.size(); ++e)
            if (const auto encoder = static_cast<Encoder>(e);
                encoder_specs[e].makes(format) && encoder != published)
                pairs.push_back({format, encoder});
    }
    return pairs;
}

NmseData::NmseData(uint64_t seed, uint64_t values) {
    for (size_t set = 0; set < nmse_sets.size(); ++set) data_[set] = nmse_data(set, seed, values);
}

Result<NmseFigures> measure_nmse(const NmsePair& pair, const NmseData& data, unsigned threads) {
    NmseFigures figures{};
    const EncodeOptions options{.format = pair.format, .encoder = pair.encoder};
    for (size_t set = 0; set < nmse_sets.size(); ++set) {
        const auto& x = data.of(set);
        const std::string name = pair_name(pair) + ", " + std::string(nmse_sets[set].name);
        FP4_TRY_ASSIGN(const auto tensor, encode_fast(x, x.size() / nmse_row, nmse_row, options,
                                                      name, {.threads = threads}));
        std::vector<Fp32> decoded(x.size());
        FP4_TRY(dequantize_tensor(tensor, decoded, name));
        std::vector<float> y(x.size());
        std::ranges::transform(decoded, y.begin(), &Fp32::to_float);
        figures[set] = nmse(nmse_sets[set], x, y);
    }
    return figures;
}

} // namespace fp4::quant
