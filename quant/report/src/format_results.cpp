#include "format_results.hpp"

#include <algorithm>

#include "fp4/quant/pipeline/quantized_format.hpp"

namespace fp4::quant {
namespace {

const Row* find_row(const Table& model, std::string_view method, std::string_view format,
                    std::string_view acts) {
    const auto at = std::ranges::find_if(model.rows, [&](const Row& row) {
        const RowKey& key = row.key;
        return key.method == method && key.format == format && key.acts == acts &&
               key.domain == all_domains && key.arith == "fake" && key.act_scale == "static";
    });
    return at == model.rows.end() ? nullptr : &*at;
}

FormatResult result_of(const NmsePair& pair, bool published, const NmseTable& nmse,
                       const Table& model) {
    FormatResult out{pair};
    const auto at = std::ranges::find(nmse.rows, pair, &NmseRow::pair);
    if (at != nmse.rows.end()) out.nmse = &*at;
    for (const QuantizedFormat& format : quantized_formats) {
        const auto method = published ? format.published_method() : sweep_method;
        if (format.weights == pair.format)
            out.w4a16 = find_row(model, method, format.name, "W4A16");
        if (format.weights == pair.format || format.activations == pair.format)
            out.w4a4 = find_row(model, method, format.name, "W4A4");
    }
    return out;
}

} // namespace

std::vector<FormatResult> format_results(const NmseTable& nmse, const Table& model) {
    std::vector<FormatResult> out;
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const auto format = static_cast<Format>(i);
        const auto published = default_encoder(format);
        if (!published) continue;
        out.push_back(result_of({format, *published}, true, nmse, model));
        if (*published != sweep_encoder(format))
            out.push_back(result_of({format, sweep_encoder(format)}, false, nmse, model));
    }
    return out;
}

} // namespace fp4::quant
