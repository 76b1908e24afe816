// The C side of fp4_dpi.svh. Not installed: a simulator makes its own prototypes from the imports.
// `bit [N:0]` is a pointer to 32-bit words, the lowest first; a returned string belongs to the
// library and lives until the next call that returns one (of the handle, or of the thread).
#pragma once
#include <cstdint>

extern "C" {

using svBitVecVal = uint32_t;

uint64_t fp4_dot16_r(const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                     uint32_t c);
int32_t fp4_dpi_dot16(const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                      uint32_t c, uint32_t* d);
int32_t fp4_dpi_dot(const char* cfg, uint32_t k, const svBitVecVal* a, const svBitVecVal* sa,
                    const svBitVecVal* b, const svBitVecVal* sb, uint32_t c, uint32_t* d);
int32_t fp4_dpi_decode16(const char* format, uint8_t v1_halves, uint8_t v2_halves,
                         const svBitVecVal* codes, uint8_t scale, svBitVecVal* halves);
int32_t fp4_dpi_decode_scale(const char* format, uint8_t scale, int32_t* significand,
                             int32_t* exponent, int32_t* nan, uint32_t* fp32_bits);

void* fp4_ref_new(const char* cfg);
const char* fp4_ref_new_error(const char* cfg);
void fp4_ref_free(void* h);
int32_t fp4_ref_add(void* h, const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb);
int32_t fp4_ref_finish(void* h, uint32_t c);
int32_t fp4_ref_dot16(void* h, const svBitVecVal* a, uint8_t sa, const svBitVecVal* b, uint8_t sb,
                      uint32_t c);
int32_t fp4_ref_dot64(void* h, const svBitVecVal* a, const svBitVecVal* sa, const svBitVecVal* b,
                      const svBitVecVal* sb, uint32_t c);
int32_t fp4_ref_check(void* h, uint32_t got);
uint32_t fp4_ref_checks(void* h);
uint32_t fp4_ref_pending(void* h);
uint32_t fp4_ref_errors(void* h);
const char* fp4_ref_message(void* h);
void fp4_ref_clear(void* h);
}
