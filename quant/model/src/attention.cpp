#include "fp4/quant/model/attention.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace fp4::quant {

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
    const auto batch = q.size(0), positions = q.size(1), head_dim = q.size(3), kv_heads = k.size(2),
               per_kv_head = q.size(2) / kv_heads;
    const auto future =
        torch::ones({positions, positions}, q.options().dtype(torch::kBool)).triu(1);
    const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim));
    std::vector<Tensor> out;
    for (int64_t g = 0; g < kv_heads; ++g) {
        const auto queries = (q.narrow(2, g * per_kv_head, per_kv_head) * scale)
                                 .transpose(1, 2)
                                 .reshape({batch, per_kv_head * positions, head_dim});
        auto scores = torch::bmm(queries, k.select(2, g).transpose(1, 2))
                          .view({batch, per_kv_head, positions, positions});
        scores = scores.masked_fill_(future, -std::numeric_limits<float>::infinity());
        const auto weights =
            torch::softmax(scores, -1).view({batch, per_kv_head * positions, positions});
        out.push_back(torch::bmm(weights, v.select(2, g))
                          .view({batch, per_kv_head, positions, head_dim})
                          .transpose(1, 2));
    }
    return torch::cat(out, 2).reshape({batch, positions, kv_heads * per_kv_head * head_dim});
}

} // namespace fp4::quant
