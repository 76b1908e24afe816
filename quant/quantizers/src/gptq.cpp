#include "fp4/quant/quantizers/gptq.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "fp4/encode/encode_element.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using torch::indexing::Slice;

Error bad_argument(const std::string& what) { return {ErrorCode::bad_argument, "gptq: " + what}; }
Error bad_shape(const std::string& what) { return {ErrorCode::bad_shape, "gptq: " + what}; }

Status check(const Tensor& w, const Tensor& hessian, const PackedTensor& scales_from,
             Encoder encoder, const GptqOptions& options) {
    if (w.dim() != 2 || w.scalar_type() != torch::kFloat32)
        return bad_shape("weights: expected a float32 matrix");
    const int64_t n = w.size(0), k = w.size(1);
    FP4_TRY(check_shape(scales_from, "gptq: scales_from"));
    if (scales_from.rows != static_cast<uint64_t>(n) || scales_from.k != static_cast<uint64_t>(k))
        return bad_shape("scales_from: expected " + std::to_string(n) + " x " + std::to_string(k) +
                         ", found " + std::to_string(scales_from.rows) + " x " +
                         std::to_string(scales_from.k));
    if (hessian.dim() != 2 || hessian.size(0) != k || hessian.size(1) != k)
        return bad_shape("Hessian: expected K x K with K " + std::to_string(k));
    if (!spec_of(encoder).makes(scales_from.format))
        return bad_argument("format " + std::string(spec_of(scales_from.format).name) +
                            ": not made by encoder " + std::string(spec_of(encoder).name));
    if (!(options.damp > 0 && options.damp <= 1))
        return bad_argument("damp: expected above 0 and up to 1, found " +
                            std::to_string(options.damp));
    if (options.block < 1)
        return bad_argument("block: expected at least 1, found " + std::to_string(options.block));
    if (!torch::isfinite(w).all().item<bool>())
        return Error{ErrorCode::not_finite, "gptq: weights: expected finite values"};
    return Done{};
}

// Upper U with U^T U = (h + damp mean(diag h) I)^-1.
Result<Tensor> inverse_factor(Tensor h, double damp) {
    const Tensor diagonal = h.diagonal(), undamped = diagonal.clone();
    const double mean = undamped.mean().item<double>();
    for (; damp <= 1; damp *= 10) {
        diagonal.copy_(undamped + damp * mean);
        auto [lower, failed] = torch::linalg_cholesky_ex(h);
        if (failed.item<int>() != 0) continue;
        const Tensor inverse = torch::cholesky_inverse(lower);
        lower.reset();
        auto [upper, failed_too] = torch::linalg_cholesky_ex(inverse, /*upper=*/true);
        if (failed_too.item<int>() == 0 && torch::isfinite(upper).all().item<bool>()) return upper;
    }
    return bad_argument("Hessian: not positive definite, even with the mean of its diagonal added");
}

} // namespace

Result<PackedTensor> gptq(const Tensor& w, const Tensor& hessian, const PackedTensor& scales_from,
                          Encoder encoder, const TensorScale& tensor_scale,
                          const GptqOptions& options) {
    const torch::NoGradGuard no_grad;
    FP4_TRY(check(w, hessian, scales_from, encoder, options));
    const int64_t n = w.size(0), k = w.size(1);

    Tensor h = hessian.to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
    Tensor diagonal = h.diagonal();
    diagonal.masked_fill_(diagonal == 0, 1.0f);
    Tensor order = torch::arange(k, h.options().dtype(torch::kLong));
    if (options.act_order) {
        order = std::get<1>(torch::sort(diagonal, /*stable=*/true, /*dim=*/0, /*descending=*/true));
        h = h.index_select(0, order).index_select(1, order);
    }
    diagonal.reset();
    FP4_TRY_ASSIGN(auto factor, inverse_factor(std::move(h), options.damp));
    const Tensor u = factor.to(torch::kCPU); // the sweep alternates with the encoder
    order = order.to(torch::kCPU);

    // Columns as rows: each lies in one piece.
    const Tensor columns = w.to(torch::kCPU).t().index_select(0, order).contiguous();
    const ElementEncoder elements(encoder, scales_from.format, tensor_scale, scales_from.specials);
    const auto rows = static_cast<size_t>(n);
    const auto scale_block = spec_of(scales_from.format).block;
    const auto scales_per_row = static_cast<size_t>(k / scale_block);
    std::vector<uint8_t> scale_bytes(rows), column_codes(rows);
    PackedTensor result = scales_from;
    std::ranges::fill(result.codes, uint8_t{0});
    for (int64_t first = 0; first < k; first += options.block) {
        const int64_t last = std::min(first + options.block, k);
        const Tensor errors = torch::empty({last - first, n});
        for (int64_t i = first; i < last; ++i) {
            const auto column = static_cast<size_t>(order[i].item<int64_t>());
            for (size_t row = 0; row < rows; ++row)
                scale_bytes[row] =
                    scales_from
                        .scales[row * scales_per_row + column / static_cast<size_t>(scale_block)];
            Tensor error = errors[i - first];
            elements.encode_column({columns[i].data_ptr<float>(), rows}, scale_bytes, column_codes,
                                   {error.data_ptr<float>(), rows}); // error: the values, for now
            for (size_t row = 0; row < rows; ++row)
                result.codes[row * result.code_bytes_per_row() + column / 2] |=
                    static_cast<uint8_t>(column_codes[row] << (column % 2 * 4));
            error.neg_().add_(columns[i]).div_(u[i][i]);
            if (i + 1 < last)
                columns.index({Slice(i + 1, last)})
                    .addr_(u.index({i, Slice(i + 1, last)}), error, 1, -1);
        }
        if (last < k)
            columns.index({Slice(last)})
                .addmm_(u.index({Slice(first, last), Slice(last)}).t(), errors, 1, -1);
    }
    return result;
}

Result<EncodedGroup> Gptq::encode(std::span<const Tensor> weights, const Tensor& gram) {
    FP4_TRY_ASSIGN(auto group, Quantizer::encode(weights, gram));
    for (size_t i = 0; i < weights.size(); ++i) {
        FP4_TRY_ASSIGN(auto swept, gptq(weights[i], gram, group.members[i],
                                        scheme().weights->encoder, group.scales[i]));
        group.members[i] = std::move(swept);
    }
    return group;
}

} // namespace fp4::quant
