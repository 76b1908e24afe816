#include "fp4/encode/encode_fast.hpp"

#include <atomic>
#include <bit>
#include <cmath>
#include <string>

#include "encode_kernels.hpp"
#include "fast/default_floating_point.hpp"
#include "fast/slices.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

constexpr int32_t infinity_bits = 0x7F800000;

// The largest of what work(first, last) returns over 0..count.
template <class Work>
int32_t parallel_largest(size_t count, size_t grain, unsigned threads, const Work& work) {
    std::atomic<int32_t> largest = 0;
    on_slices(thread_count(threads), count, grain, [&](uint64_t first, uint64_t last) {
        const int32_t found = work(first, last);
        int32_t before = largest.load();
        while (before < found && !largest.compare_exchange_weak(before, found)) {
        }
    });
    return largest;
}

bool has_fast_path(const EncodeOptions& options) {
    const auto encoder = options.encoder ? options.encoder : default_encoder(options.format);
    return encoder && spec_of(*encoder).makes(options.format) &&
           (encoder == Encoder::nv || encoder == Encoder::razer_paper) &&
           options.nonfinite == NonfinitePolicy::error && options.pad == PadPolicy::error &&
           options.e3m3_max == e3m3_max_default;
}

int32_t encode_all(std::span<const float> x, const EncodeOptions& options, float tensor_scale,
                   const PackedOutput& out, Isa isa, unsigned threads) {
    return parallel_largest(out.scales.size(), 1024, threads, [&](size_t first, size_t last) {
        const EncodeRange range{x.data() + first * dot_lanes, last - first,
                                out.codes.data() + first * (dot_lanes / 2),
                                out.scales.data() + first};
        return encode_range(isa, options.format, options.specials, tensor_scale, range);
    });
}

// encode() with the rows shared out to threads, all under the tensor scale of the whole.
Result<PackedTensor> encode_slices(std::span<const float> x, uint64_t rows, uint64_t k,
                                   EncodeOptions options, std::string_view name, unsigned threads) {
    FP4_TRY_ASSIGN(auto tensor, encode({}, 0, k, options, name));
    FP4_TRY_ASSIGN(const auto amax, options.nonfinite == NonfinitePolicy::saturate
                                        ? saturated_amax(x)
                                        : finite_amax(x, k, name));
    if (!options.tensor_scale)
        options.tensor_scale =
            tensor_scale_of(*(options.encoder ? options.encoder : default_encoder(options.format)),
                            options.format, amax, options.e3m3_max);
    tensor.rows = rows;
    tensor.tensor_scale = Fp32::from_float(options.tensor_scale->multiplier.value);
    tensor.codes.resize(rows * tensor.code_bytes_per_row());
    tensor.scales.resize(rows * tensor.scale_bytes_per_row());
    on_slices(thread_count(threads), rows, 1, [&](uint64_t first, uint64_t last) {
        const auto slice = encode(x.subspan(first * k, (last - first) * k), last - first, k,
                                  options, name); // finite or saturated, checked above
        std::ranges::copy(slice->codes,
                          tensor.codes.begin() +
                              static_cast<int64_t>(first * tensor.code_bytes_per_row()));
        std::ranges::copy(slice->scales,
                          tensor.scales.begin() +
                              static_cast<int64_t>(first * tensor.scale_bytes_per_row()));
    });
    return tensor;
}

} // namespace

Result<float> finite_amax_fast(std::span<const float> x, uint64_t k, std::string_view name,
                               const FastOptions& fast) {
    FP4_TRY_ASSIGN(const auto isa, choose_isa(fast.isa));
    const int32_t largest =
        parallel_largest(x.size(), 1 << 14, fast.threads, [&](size_t first, size_t last) {
            return largest_magnitude_bits(isa, x.subspan(first, last - first));
        });
    if (largest >= infinity_bits) return finite_amax(x, k, name).error();
    return std::bit_cast<float>(largest);
}

Status encode_fast(std::span<const float> x, uint64_t k, const EncodeOptions& options,
                   float tensor_scale, const PackedOutput& out, std::string_view name,
                   const FastOptions& fast) {
    const DefaultFloatingPoint scope;
    FP4_TRY_ASSIGN(const auto isa, choose_isa(fast.isa));
    const auto fail = [&](ErrorCode code, const std::string& what) {
        return Error{code, std::string(name) + ": " + what};
    };
    FP4_TRY(encode({}, 0, k, options, name)); // no values: the checks of the options alone
    if (!has_fast_path(options))
        return fail(ErrorCode::bad_argument, "format " + std::string(spec_of(options.format).name) +
                                                 ": its encoder has no fast path");
    if (!std::isnormal(tensor_scale) || tensor_scale < 0)
        return fail(ErrorCode::bad_argument,
                    "tensor scale: expected a positive normal number, found " +
                        std::to_string(tensor_scale));
    const auto check_size = [&](const char* field, uint64_t expected, uint64_t found) -> Status {
        if (expected == found) return Done{};
        return fail(ErrorCode::bad_shape, std::string(field) + ": expected " +
                                              std::to_string(expected) + " bytes, found " +
                                              std::to_string(found));
    };
    if (x.size() % k != 0)
        return fail(ErrorCode::bad_shape, "expected rows of " + std::to_string(k) +
                                              " values, found " + std::to_string(x.size()) +
                                              " values");
    FP4_TRY(check_size("codes", x.size() / 2, out.codes.size()));
    FP4_TRY(check_size("scales", x.size() / dot_lanes, out.scales.size()));
    if (encode_all(x, options, tensor_scale, out, isa, fast.threads) >= infinity_bits)
        return finite_amax(x, k, name).error();
    return Done{};
}

Result<PackedTensor> encode_fast(std::span<const float> x, uint64_t rows, uint64_t k,
                                 const EncodeOptions& options, std::string_view name,
                                 const FastOptions& fast) {
    const DefaultFloatingPoint scope;
    FP4_TRY_ASSIGN(const auto isa, choose_isa(fast.isa));
    const bool shape_fits = k != 0 && x.size() / k == rows && x.size() % k == 0;
    if (!shape_fits || options.pad != PadPolicy::error ||
        (!has_fast_path(options) && thread_count(fast.threads) == 1))
        return encode(x, rows, k, options, name);
    if (!has_fast_path(options)) return encode_slices(x, rows, k, options, name, fast.threads);
    FP4_TRY(encode({}, 0, k, options, name));
    FP4_TRY_ASSIGN(const auto amax, finite_amax_fast(x, k, name, fast));
    const float tensor_scale = options.tensor_scale ? options.tensor_scale->multiplier.value
                                                    : tensor_scale_for(options.format, amax);
    PackedTensor tensor{
        options.format, options.specials, rows, k, {}, {}, Fp32::from_float(tensor_scale)};
    tensor.codes.resize(x.size() / 2);
    tensor.scales.resize(x.size() / dot_lanes);
    encode_all(x, options, tensor_scale, {tensor.codes, tensor.scales}, isa, fast.threads);
    return tensor;
}

} // namespace fp4
