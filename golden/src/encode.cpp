#include "fp4/encode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "fp4/encode_razer_w.hpp"

namespace fp4 {

float tensor_scale_for(Format format, float amax) {
    if (amax == 0) return 1.0f;
    const FormatSpec& spec = spec_of(format);
    const float largest = 6.0f * scale_to_float(decode_scale(spec.scale_spec(), spec.encode_max));
    const float scale = amax / largest;
    return std::max(scale, std::numeric_limits<float>::min());
}

Result<float> finite_amax(std::span<const float> x, uint64_t k, std::string_view name) {
    float amax = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i]))
            return Error{ErrorCode::not_finite, std::string(name) + ": expected finite values, found " + (std::isnan(x[i]) ? "NaN" : "infinity") + " at row " +
                                                    std::to_string(i / k) + ", column " + std::to_string(i % k) + " (index " + std::to_string(i) + ")"};
        amax = std::max(amax, std::fabs(x[i]));
    }
    return amax;
}

Result<PackedTensor> encode(std::span<const float> x, uint64_t rows, uint64_t k, const EncodeOptions& options, std::string_view name) {
    const auto [format, chosen, specials] = options;
    const auto fail = [&](ErrorCode code, const std::string& what) { return Error{code, std::string(name) + ": " + what}; };
    const auto encoder = chosen ? chosen : default_encoder(format);
    if (!encoder || !spec_of(*encoder).makes(format))
        return fail(ErrorCode::bad_argument, "format " + std::string(spec_of(format).name) + ": " +
                                                 (encoder ? "not made by encoder " + std::string(spec_of(*encoder).name) : "only decoded, no encoder makes it"));
    if (k == 0 || k % dot_lanes != 0) return fail(ErrorCode::bad_shape, "K: expected a multiple of 16, found " + std::to_string(k));
    if (x.size() / k != rows || x.size() % k != 0)
        return fail(ErrorCode::bad_shape,
                    "expected " + std::to_string(rows) + " rows of " + std::to_string(k) + " values, found " + std::to_string(x.size()) + " values");
    if (spec_of(format).has_specials()) {
        const auto usable = [](int halves) { return halves >= 1 && halves <= special_max_halves; };
        if (!usable(specials.v1_halves)) return fail(ErrorCode::bad_argument, "V1: expected 1 to 31 half-units, found " + std::to_string(specials.v1_halves));
        if (spec_of(format).select_bit >= 0 && !usable(specials.v2_halves))
            return fail(ErrorCode::bad_argument, "V2: expected 1 to 31 half-units, found " + std::to_string(specials.v2_halves));
    }
    const auto amax = finite_amax(x, k, name);
    if (!amax) return amax.error();

    PackedTensor tensor{format, specials, rows, k, {}, {}, Fp32::from_float(tensor_scale_for(format, *amax))};
    tensor.codes.resize(rows * tensor.code_bytes_per_row());
    tensor.scales.resize(rows * tensor.scale_bytes_per_row());
    const float tensor_scale = tensor.tensor_scale.to_float();
    const RazerWeightEncoder encode_block_razer_w(specials);
    for (size_t block = 0; block < tensor.scales.size(); ++block) {
        const std::span<const float, dot_lanes> values(x.data() + block * dot_lanes, dot_lanes);
        const EncodedBlock encoded = format == Format::nvfp4     ? encode_block_nv(values, tensor_scale)
                                     : format == Format::razer_w ? encode_block_razer_w(values, tensor_scale)
                                                                 : encode_block_razer_a(values, tensor_scale, specials);
        tensor.scales[block] = encoded.scale_byte;
        for (size_t i = 0; i < dot_lanes / 2; ++i) tensor.codes[block * (dot_lanes / 2) + i] = static_cast<uint8_t>(encoded.codes[2 * i] | encoded.codes[2 * i + 1] << 4);
    }
    return tensor;
}

} // namespace fp4
