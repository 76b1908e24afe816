/* Compiled as C, called from the tests. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
size_t c_size(int which); /* of fp4_error, fp4_operand, fp4_config, fp4_encode_options,
                             fp4_gemm_options, fp4_scale */
uint32_t c_dot_of_ones(void);
int32_t c_encode_and_multiply(const float* x, uint32_t* d_bits);
#ifdef __cplusplus
}
#endif
