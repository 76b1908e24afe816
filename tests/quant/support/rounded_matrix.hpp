// Matrices as rounding to nearest leaves them.
#pragma once
#include <gtest/gtest.h>

#include "fp4/quant/quantizers/encode_group.hpp"

namespace fp4::quant::test {

struct Rounded {
    PackedTensor packed;
    TensorScale scale;
};

inline Rounded rounded(const Tensor& w, const Side& side, const Scheme& scheme = {}) {
    auto group = encode_group({&w, 1}, side, scheme);
    EXPECT_TRUE(group) << group.error().message;
    return {std::move(group->members[0]), group->scales[0]};
}

} // namespace fp4::quant::test
