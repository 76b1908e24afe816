// One NVFP4 dot product, bit for bit.
//   cc -std=c11 first_match.c $(pkg-config --cflags --libs fp4sim) -o first_match
#include <fp4.h>
#include <inttypes.h>
#include <stdio.h>

int main(void) {
    const uint8_t a[8] = {
        0x21, 0x43, 0x65,
        0x07}; // 0.5 1 1.5 2 3 4 6 0, then zeros; the low nibble is the even element
    const uint8_t b[8] = {0x22, 0x22, 0x22, 0xA2};        // 1 1 1 1 1 1 1 -1, then zeros
    const uint8_t a_scale = 0x38, b_scale = 0x40;         // 1 and 2
    const uint32_t c = 0x3F800000, expected = 0x42140000; // C is 1: 2 * 18 + 1 = 37

    const fp4_config config = FP4_CONFIG_INIT; // nvfp4 times nvfp4, one exact sum
    uint32_t d = 0;
    fp4_error error;
    if (fp4_dot(&config, a, &a_scale, b, &b_scale, 16, c, &d, &error) != FP4_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    printf("fp4sim %s: expected 0x%08" PRIX32 ", found 0x%08" PRIX32 "\n", fp4_version_string(),
           expected, d);
    return d == expected ? 0 : 1;
}
