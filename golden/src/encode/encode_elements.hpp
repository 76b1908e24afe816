// Single elements under a block scale that is already chosen: what the encoders of blocks share
// with ElementEncoder. Beside encode_nvfp4.hpp.
#pragma once
#include "fp4/formats/e2m1.hpp"

namespace fp4 {

E2m1 encode_element_ggml(float scale, float x);

// 1 over the block scale, exact; E2M1 rounds the product with it to nearest even.
float ocp_factor(uint8_t scale_byte);

} // namespace fp4
