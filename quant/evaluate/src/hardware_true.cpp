#include "fp4/quant/evaluate/hardware_true.hpp"

#include <ATen/Parallel.h>

#include <array>

#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using Panels = std::array<std::optional<WeightPanels>, 7>;

Tensor multiply(const PackedTensor& a, const WeightPanels& b) {
    const FastOptions fast{.threads = static_cast<unsigned>(at::get_num_threads())};
    const auto raw = gemm_fast(a, b, {}, fast);
    if (!raw) throw LinearFailed(raw.error());
    auto out = torch::empty({static_cast<int64_t>(a.rows), static_cast<int64_t>(b.header().rows)},
                            torch::kFloat);
    const auto scaled =
        epilogue_f32_fast(*raw, b.header().rows, a.outer_scales(), b.header().outer_scales(),
                          {reinterpret_cast<Fp32*>(out.data_ptr<float>()), raw->size()}, fast);
    if (!scaled) throw LinearFailed(scaled.error());
    return out;
}

} // namespace

Result<LayerModel> hardware_true(std::shared_ptr<const QuantizedLayer> layer, const Scheme& scheme,
                                 const Arithmetic& arithmetic) {
    if (!scheme.weights || !scheme.activations)
        return Error{ErrorCode::bad_argument, "hardware-true evaluation: expected weights and "
                                              "activations to be quantized, found one side alone"};
    auto panels = std::make_shared<Panels>();
    for (size_t op = 0; op < panels->size(); ++op) {
        if (!layer->linears[op])
            return Error{ErrorCode::bad_argument, "hardware-true evaluation: linear " +
                                                      std::string(name_of(linear_ops[op])) +
                                                      " is not quantized"};
        FP4_TRY_ASSIGN(auto packed, WeightPanels::make(*layer->linears[op], arithmetic));
        (*panels)[op] = std::move(packed);
    }
    return LayerModel{
        layer->plain, [layer, panels, scheme](LinearGroup group, const Tensor& input) {
            const auto x = layer->transformed(group, input);
            const auto codes =
                encode_activations(x, scheme, layer->input_scale[static_cast<size_t>(group)]);
            if (!codes) throw LinearFailed(codes.error());
            std::vector<Tensor> outputs;
            for (const LinearOp op : members(group)) {
                const auto& b = *(*panels)[static_cast<size_t>(op)];
                outputs.push_back(multiply(*codes, b)
                                      .view({input.size(0), input.size(1), -1})
                                      .to(input.device()));
            }
            return outputs;
        }};
}

} // namespace fp4::quant
