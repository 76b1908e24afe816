#include "fp4/encode/encode.hpp"

#include <charconv>
#include <limits>
#include <string>

#include "fast/default_floating_point.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

std::string text_of(float value) {
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

} // namespace

Result<BlockEncoder> block_encoder(const EncodeOptions& options, std::string_view name) {
    const FormatSpec& format = spec_of(options.format);
    const auto bad = [&](const std::string& what) {
        return Error{ErrorCode::bad_argument, std::string(name) + ": " + what};
    };
    const auto encoder = options.encoder ? options.encoder : default_encoder(options.format);
    if (!encoder)
        return bad("format " + std::string(format.name) + ": only decoded, no encoder makes it");
    if (!spec_of(*encoder).makes(options.format))
        return bad("format " + std::string(format.name) + ": not made by encoder " +
                   std::string(spec_of(*encoder).name));

    const auto unusable = [](int halves) { return halves < 1 || halves > special_max_halves; };
    const auto bad_special = [&](const char* field, int halves) {
        return bad(std::string(field) + ": expected 1 to 31 half-units, found " +
                   std::to_string(halves));
    };
    if (format.has_specials() && unusable(options.specials.v1_halves))
        return bad_special("V1", options.specials.v1_halves);
    if (format.has_second_special() && unusable(options.specials.v2_halves))
        return bad_special("V2", options.specials.v2_halves);
    if (options.e3m3_max != 28 && options.e3m3_max != 30)
        return bad("e3m3_max: expected 28 or 30, found " + std::to_string(options.e3m3_max));
    if (const auto block = static_cast<uint64_t>(format.block);
        options.k_multiple % block != 0 || options.k_multiple > 4096)
        return bad("k_multiple: expected a multiple of " + std::to_string(block) +
                   " up to 4096, found " + std::to_string(options.k_multiple));
    if (options.tensor_scale) {
        const TensorScaleKind kind = spec_of(*encoder).tensor_scale.kind;
        const float used = kind == TensorScaleKind::divisor
                               ? options.tensor_scale->divisor.value
                               : options.tensor_scale->multiplier.value;
        if (kind == TensorScaleKind::one && used != 1.0f)
            return bad("tensor scale: expected 1, which encoder " +
                       std::string(spec_of(*encoder).name) + " has, found " + text_of(used));
        if (!std::isnormal(used) || used < 0)
            return bad("tensor scale: expected a positive normal number, found " + text_of(used));
    }
    return BlockEncoder(*encoder, options.format, options.specials, options.e3m3_max);
}

Result<float> finite_amax(std::span<const float> x, uint64_t k, std::string_view name) {
    float amax = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i]))
            return Error{ErrorCode::not_finite,
                         std::string(name) + ": expected finite values, found " +
                             (std::isnan(x[i]) ? "NaN" : "infinity") + " at row " +
                             std::to_string(i / k) + ", column " + std::to_string(i % k) +
                             " (index " + std::to_string(i) + ")"};
        amax = std::max(amax, std::fabs(x[i]));
    }
    return amax;
}

float saturated_amax(std::span<const float> x) {
    return std::min(amax_of(x), std::numeric_limits<float>::max());
}

Result<PackedTensor> encode(std::span<const float> x, uint64_t rows, uint64_t k,
                            const EncodeOptions& options, std::string_view name) {
    const DefaultFloatingPoint scope;
    const auto fail = [&](ErrorCode code, const std::string& what) {
        return Error{code, std::string(name) + ": " + what};
    };
    FP4_TRY_ASSIGN(const auto encoder, block_encoder(options, name));
    const auto block = static_cast<size_t>(spec_of(options.format).block);
    if (k == 0 || (k % block != 0 && options.pad == PadPolicy::error))
        return fail(ErrorCode::bad_shape, "K: expected a multiple of " + std::to_string(block) +
                                              ", found " + std::to_string(k));
    if (x.size() / k != rows || x.size() % k != 0)
        return fail(ErrorCode::bad_shape, "expected " + std::to_string(rows) + " rows of " +
                                              std::to_string(k) + " values, found " +
                                              std::to_string(x.size()) + " values");
    FP4_TRY_ASSIGN(const auto amax, options.nonfinite == NonfinitePolicy::saturate
                                        ? saturated_amax(x)
                                        : finite_amax(x, k, name));

    const TensorScale tensor_scale = options.tensor_scale.value_or(
        tensor_scale_of(encoder.encoder(), options.format, amax, options.e3m3_max));
    const uint64_t multiple =
        options.pad == PadPolicy::zero && options.k_multiple ? options.k_multiple : block;
    const uint64_t padded_k = k + (multiple - k % multiple) % multiple;
    if (padded_k < k)
        return fail(ErrorCode::bad_shape, "K: " + std::to_string(k) +
                                              " cannot be extended to a multiple of " +
                                              std::to_string(multiple));
    PackedTensor tensor{options.format,
                        options.specials,
                        rows,
                        padded_k,
                        {},
                        {},
                        Fp32::from_float(tensor_scale.multiplier.value)};
    tensor.codes.resize(rows * tensor.code_bytes_per_row());
    tensor.scales.resize(rows * tensor.scale_bytes_per_row());

    std::array<float, max_block> padded;
    std::array<uint8_t, max_block> codes;
    for (uint64_t row = 0; row < rows; ++row)
        for (uint64_t first = 0; first < k; first += block) {
            std::span<const float> values =
                x.subspan(row * k + first, std::min<uint64_t>(block, k - first));
            if (values.size() < block) {
                padded.fill(0.0f);
                std::ranges::copy(values, padded.begin());
                values = std::span(padded).first(block);
            }
            const uint64_t place = row * padded_k + first;
            ScaleRecord record = encoder.encode_block(values, tensor_scale, codes);
            for (size_t byte = tensor.scale_bytes(place / block), i = 0; i < tensor.scale_bytes(1);
                 ++i, record >>= 8)
                tensor.scales[byte + i] = static_cast<uint8_t>(record);
            for (size_t i = 0; i < block / 2; ++i)
                tensor.codes[place / 2 + i] =
                    static_cast<uint8_t>(codes[2 * i] | codes[2 * i + 1] << 4);
        }
    return tensor;
}

} // namespace fp4
