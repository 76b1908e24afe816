/* fp4.h as a C compiler sees it: the initializers, the sizes, and a dot product. */
#include "c_program.h"

#include "fp4.h"

size_t c_size(int which) {
    const size_t sizes[] = {sizeof(fp4_error),        sizeof(fp4_operand),
                            sizeof(fp4_config),       sizeof(fp4_encode_options),
                            sizeof(fp4_gemm_options), sizeof(fp4_scale)};
    return sizes[which];
}

uint32_t c_dot_of_ones(void) {
    const fp4_config config = FP4_CONFIG_INIT;
    const uint8_t codes[8] = {0x22, 0x22, 0x22, 0x22,
                              0x22, 0x22, 0x22, 0x22}; /* sixteen times 1.0 */
    const uint8_t scale = 0x38;                        /* 1.0 */
    uint32_t d_bits = 0;
    fp4_error error;
    if (fp4_dot(&config, codes, &scale, codes, &scale, 16, 0, &d_bits, &error) != FP4_OK) return 0;
    return d_bits;
}

fp4_status c_encode_and_multiply(const float* x, uint32_t* d_bits) {
    const fp4_encode_options encode_options = FP4_ENCODE_OPTIONS_INIT;
    const fp4_gemm_options gemm_options = FP4_GEMM_OPTIONS_INIT;
    uint8_t codes[8], scale;
    uint32_t tensor_scale_bits;
    const fp4_status status =
        fp4_encode(&encode_options, x, 1, 16, codes, &scale, &tensor_scale_bits, NULL);
    if (status != FP4_OK) return status;
    return fp4_gemm_fast(NULL, &gemm_options, codes, &scale, 1, codes, &scale, 1, 16, NULL, d_bits,
                         NULL);
}
