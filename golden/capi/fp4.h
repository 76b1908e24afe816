// C interface of fp4sim's golden model: 4-bit block formats, encoders, dot products and matrix
// products, bit for bit.
//
// Rules that hold for every function:
// - Buffers belong to the caller; their sizes follow from the shape (fp4_packed_size for codes and
// scales). Nothing is kept after the call.
// - A function that can fail returns an fp4_status and takes an fp4_error* last, which may be NULL.
// Outputs are written on FP4_OK only.
// - NULL pointers, zero sizes, numbers outside an enumeration and shapes whose size overflows are
// errors. NaN, infinity and saturation in the
//   arithmetic are results.
// - There is no state: any number of threads may call anything at any time. Nothing is printed,
// nothing exits.
// - binary32 that must be compared bit for bit travels as uint32_t, named *_bits; quantizer inputs
// and dequantized tensors as float.
#ifndef FP4_H
#define FP4_H

#include <stdint.h>

#include "fp4_names.h"

#ifdef __cplusplus
extern "C" {
#endif

// Rises when a program compiled against an older header would no longer work.
#define FP4_ABI_VERSION 2

uint32_t fp4_abi_version(void);       // FP4_ABI_VERSION of the library
const char* fp4_version_string(void); // "MAJOR.MINOR.PATCH"

// ---- errors

typedef int32_t fp4_status;
enum {
    FP4_OK = 0,
    FP4_BAD_ARGUMENT = 1,   // NULL, or a value outside its documented range
    FP4_BAD_SHAPE = 2,      // sizes that are zero, overflow, or do not fit each other or the block
    FP4_NOT_FINITE = 3,     // NaN or infinity where a number is needed
    FP4_BOUND_EXCEEDED = 4, // K too long for the exact accumulator
    FP4_UNKNOWN_NAME = 5,   // a name nobody knows
    FP4_OUT_OF_MEMORY = 6,
    FP4_INTERNAL = 7 // a defect of the library
};

// What went wrong, with field, index, expected and found; empty after FP4_OK. Longer messages are
// cut; always terminated.
typedef struct fp4_error {
    fp4_status status;
    char message[252];
} fp4_error;

const char* fp4_status_message(fp4_status status); // one line for every number; never NULL

// ---- enumerations
//
// Every list has a count, a name for each value (NULL outside the list), and a value for each name
// (FP4_UNKNOWN for other names and NULL). The numbers of formats, profiles and encoders are in
// fp4_names.h; later versions of the library append to them.

enum { FP4_UNKNOWN = -1 };

typedef int32_t fp4_format; // FP4_FORMAT_*
int32_t fp4_format_count(void);
const char* fp4_format_name(fp4_format format);
fp4_format fp4_format_from_name(const char* name);
// Of a format; 0 outside the list.
int32_t fp4_format_block(fp4_format format);       // elements that share a scale, 16 to 64
int32_t fp4_format_scale_bytes(fp4_format format); // that a block has, 1 to 4
int32_t fp4_format_lane_units(fp4_format format);  // of decoded elements, 2 (half-units) to 14

typedef int32_t fp4_profile; // FP4_PROFILE_*
int32_t fp4_profile_count(void);
const char* fp4_profile_name(fp4_profile profile);
fp4_profile fp4_profile_from_name(const char* name);

typedef int32_t fp4_encoder;       // FP4_ENCODER_*
enum { FP4_ENCODER_DEFAULT = -2 }; // the format's own
int32_t fp4_encoder_count(void);
const char* fp4_encoder_name(fp4_encoder encoder);
fp4_encoder fp4_encoder_from_name(const char* name);
int32_t fp4_encoder_makes(fp4_encoder encoder, fp4_format format); // 1 or 0

typedef int32_t fp4_isa;
enum {
    FP4_ISA_AUTO = -2, // the environment variable FP4SIM_ISA, else the best of this machine
    FP4_ISA_PORTABLE = 0,
    FP4_ISA_AVX2 = 1,
    FP4_ISA_AVX512_VNNI = 2
};
int32_t fp4_isa_count(void);
const char* fp4_isa_name(fp4_isa isa);
fp4_isa fp4_isa_from_name(const char* name);
int32_t fp4_isa_supported(fp4_isa isa); // by this machine: 1 or 0

typedef int32_t fp4_output_type;
enum { FP4_OUTPUT_F32 = 0, FP4_OUTPUT_BF16 = 1, FP4_OUTPUT_F16 = 2 };
int32_t fp4_output_type_count(void);
const char* fp4_output_type_name(fp4_output_type type);
fp4_output_type fp4_output_type_from_name(const char* name);
int32_t fp4_output_type_bytes(fp4_output_type type); // 4 or 2; 0 outside the list

// Dot products of GPU tensor cores. Other versions of the library may number them differently: look
// them up by name. The functions below return NULL or 0 outside the list.
typedef int32_t fp4_dot_profile;
int32_t fp4_dot_profile_count(void);
const char* fp4_dot_profile_name(fp4_dot_profile profile);
fp4_dot_profile fp4_dot_profile_from_name(const char* name);
const char* fp4_dot_profile_gpu(fp4_dot_profile profile);
const char* fp4_dot_profile_instruction(fp4_dot_profile profile);
const char*
fp4_dot_profile_element(fp4_dot_profile profile); // "fp16", "bf16", "tf32", "e4m3" or "e5m2"
int32_t fp4_dot_profile_element_bits(fp4_dot_profile profile); // 16, 16, 19, 8, 8
int32_t fp4_dot_profile_k(fp4_dot_profile profile);            // products of one instruction
int32_t fp4_dot_profile_step(fp4_dot_profile profile);         // products of one fused step
int32_t fp4_dot_profile_output_bits(fp4_dot_profile profile);  // 32 or 16
int32_t fp4_dot_profile_block_scaled(fp4_dot_profile profile); // 1 or 0
int32_t fp4_dot_profile_accepts_length(fp4_dot_profile profile, uint64_t products); // 1 or 0

// ---- parameters

// How the bytes of one tensor are read. Special values are magnitudes in half-units; formats
// without specials ignore them.
typedef struct fp4_operand {
    fp4_format format;
    uint32_t v1_halves; // 0..31, encoders 1..31
    uint32_t v2_halves; // the same; razer-a and rzr4 ignore it
} fp4_operand;
#define FP4_OPERAND_INIT(format_)                                                                  \
    { (format_), 10, 16 }

// Structs that begin with `size` may get members at their end; an older program's smaller struct
// then keeps its meaning. Begin with *_INIT.
typedef struct fp4_config {
    uint32_t size;
    fp4_profile profile;
    fp4_operand a, b; // blocks of the same size
} fp4_config;
#define FP4_CONFIG_INIT                                                                            \
    {                                                                                              \
        sizeof(fp4_config), FP4_PROFILE_EXACT, FP4_OPERAND_INIT(FP4_FORMAT_NVFP4),                 \
            FP4_OPERAND_INIT(FP4_FORMAT_NVFP4)                                                     \
    }

typedef struct fp4_encode_options {
    uint32_t size;
    fp4_encoder encoder;
    fp4_operand operand;
    uint32_t saturate; // 1: an infinity counts as +-FLT_MAX, a NaN becomes +6 and counts in no
                       // amax; 0: both are errors
    uint32_t e3m3_max; // largest block scale of razer-w: 28 or 30
    uint32_t
        tensor_scale_bits; // the multiplier to use, see below; 0: from the largest magnitude of x
} fp4_encode_options;
#define FP4_ENCODE_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(fp4_encode_options), FP4_ENCODER_DEFAULT, FP4_OPERAND_INIT(FP4_FORMAT_NVFP4), 0,    \
            28, 0                                                                                  \
    }

typedef struct fp4_gemm_options {
    uint32_t size;
    fp4_isa isa;
    uint32_t threads; // 0: as many as the machine has
} fp4_gemm_options;
#define FP4_GEMM_OPTIONS_INIT                                                                      \
    { sizeof(fp4_gemm_options), FP4_ISA_AUTO, 1 }

// ---- layout
//
// A tensor is rows x k elements, row-major. codes: two elements to a byte, the even one in the low
// nibble. scales: fp4_format_scale_bytes per block along k. value = element * block scale * tensor
// scale.

fp4_status fp4_packed_size(fp4_format format, uint64_t rows, uint64_t k, uint64_t* code_bytes,
                           uint64_t* scale_bytes, fp4_error* error);

// Scale bytes in tiles: of 128 rows x 4 blocks as cuBLAS and CUTLASS read them, of 8 x 4 as kernels
// for few tokens do. Rows are padded to those of a tile, blocks per row to 4.
typedef int32_t fp4_scale_tile;
enum { FP4_SCALE_TILE_128X4 = 0, FP4_SCALE_TILE_8X4 = 1 };
fp4_status fp4_swizzled_size(fp4_scale_tile tile, uint64_t rows, uint64_t blocks_per_row,
                             uint64_t* bytes, fp4_error* error);

// Row-major rows * blocks_per_row bytes to fp4_swizzled_size bytes, padding 0x00, and back, where
// padding is dropped, whatever it holds.
fp4_status fp4_swizzle_scales(fp4_scale_tile tile, const uint8_t* scales, uint64_t rows,
                              uint64_t blocks_per_row, uint8_t* swizzled, fp4_error* error);
fp4_status fp4_unswizzle_scales(fp4_scale_tile tile, const uint8_t* swizzled, uint64_t rows,
                                uint64_t blocks_per_row, uint8_t* scales, fp4_error* error);

// ---- decode

// E2M1 code (its low four bits) in signed half-units, -12..12.
int32_t fp4_decode_e2m1(uint8_t code);

// value = significand * 2^(exponent - 3), significand 0..15. Zero and NaN have significand 0 and
// exponent -126.
typedef struct fp4_scale {
    int32_t significand;
    int32_t exponent;
    int32_t nan;        // 1 or 0
    uint32_t fp32_bits; // the value; NaN is 0x7FFFFFFF
} fp4_scale;
fp4_status fp4_decode_scale(fp4_format format, uint8_t scale_byte, fp4_scale* scale,
                            fp4_error* error);

// A block's elements (fp4_format_block of them, from half as many bytes) as integers of which
// fp4_format_lane_units make 1.0, -127..127, before the scale. scale_record: the block's scale
// bytes, the first in the low bits.
fp4_status fp4_decode_block(const fp4_operand* operand, const uint8_t* codes, uint32_t scale_record,
                            int8_t* lanes, fp4_error* error);

// Element * block scale * tensor scale, rounded once to binary32 (nearest even). NaN where a scale
// is NaN or the tensor scale is not finite. For formats with one scale byte; where there are more,
// an element's value depends on its place, and the two functions below serve.
fp4_status fp4_dequantize(const fp4_operand* operand, uint8_t code, uint8_t scale_byte,
                          uint32_t tensor_scale_bits, uint32_t* value_bits, fp4_error* error);

// The same for rows * k elements. bf16: the binary32 value rounded again (nearest even); NaN is
// 0x7FFF; a value that becomes zero keeps its sign, or is +0 in formats with specials, which have
// one zero.
fp4_status fp4_dequantize_tensor_f32(const fp4_operand* operand, const uint8_t* codes,
                                     const uint8_t* scales, uint64_t rows, uint64_t k,
                                     uint32_t tensor_scale_bits, float* values, fp4_error* error);
fp4_status fp4_dequantize_tensor_bf16(const fp4_operand* operand, const uint8_t* codes,
                                      const uint8_t* scales, uint64_t rows, uint64_t k,
                                      uint32_t tensor_scale_bits, uint16_t* values_bits,
                                      fp4_error* error);

// The same where every row has a scale of its own in place of the tensor's: row_scales_bits holds
// `rows` of them.
fp4_status fp4_dequantize_rows_f32(const fp4_operand* operand, const uint8_t* codes,
                                   const uint8_t* scales, uint64_t rows, uint64_t k,
                                   const uint32_t* row_scales_bits, float* values,
                                   fp4_error* error);
fp4_status fp4_dequantize_rows_bf16(const fp4_operand* operand, const uint8_t* codes,
                                    const uint8_t* scales, uint64_t rows, uint64_t k,
                                    const uint32_t* row_scales_bits, uint16_t* values_bits,
                                    fp4_error* error);

// ---- encode
//
// A given tensor scale is a positive normal binary32 number. Encoders whose rule computes the
// divisor use its rounded inverse, which must be normal too; ocp and ggml have the tensor scale 1
// and take no other.

// Quantizes rows * k values. `options` NULL: FP4_ENCODE_OPTIONS_INIT. tensor_scale_bits: the
// multiplier that was used; an encoder whose rule computes the divisor gives its rounded inverse.
fp4_status fp4_encode(const fp4_encode_options* options, const float* x, uint64_t rows, uint64_t k,
                      uint8_t* codes, uint8_t* scales, uint32_t* tensor_scale_bits,
                      fp4_error* error);

// One block (fp4_format_block values to half as many bytes of codes and fp4_format_scale_bytes of
// scale) under a given tensor scale; that of the options is not looked at.
fp4_status fp4_encode_block(const fp4_encode_options* options, const float* x,
                            uint32_t tensor_scale_bits, uint8_t* codes, uint8_t* scale,
                            fp4_error* error);

// ---- dot products and matrix products
//
// Raw accumulator outputs: tensor scales wait for fp4_epilogue. `config` NULL: FP4_CONFIG_INIT. K
// is a multiple of the block.

// D = sum over k of a * b, plus C, in the profile's order and rounding.
fp4_status fp4_dot(const fp4_config* config, const uint8_t* a_codes, const uint8_t* a_scales,
                   const uint8_t* b_codes, const uint8_t* b_scales, uint64_t k, uint32_t c_bits,
                   uint32_t* d_bits, fp4_error* error);

// D = A * B^T + C for one tile: A 16 x 64, B 8 x 64, C and D 16 x 8. c_bits NULL: +0. d_bits may be
// c_bits.
fp4_status fp4_mma_m16n8k64(const fp4_config* config, const uint8_t* a_codes,
                            const uint8_t* a_scales, const uint8_t* b_codes,
                            const uint8_t* b_scales, const uint32_t* c_bits, uint32_t* d_bits,
                            fp4_error* error);

// D = A * B^T + C: A m x k, B n x k, C and D m x n. The definition, element by element; c_bits as
// above.
fp4_status fp4_gemm_reference(const fp4_config* config, const uint8_t* a_codes,
                              const uint8_t* a_scales, uint64_t m, const uint8_t* b_codes,
                              const uint8_t* b_scales, uint64_t n, uint64_t k,
                              const uint32_t* c_bits, uint32_t* d_bits, fp4_error* error);

// The same bits, fast. `options` NULL: FP4_GEMM_OPTIONS_INIT.
fp4_status fp4_gemm_fast(const fp4_config* config, const fp4_gemm_options* options,
                         const uint8_t* a_codes, const uint8_t* a_scales, uint64_t m,
                         const uint8_t* b_codes, const uint8_t* b_scales, uint64_t n, uint64_t k,
                         const uint32_t* c_bits, uint32_t* d_bits, fp4_error* error);

// One output element of a GPU's tensor core: D = C + sum of a * b in the steps, cuts and roundings
// of the profile. Element codes lie one to a uint32_t; scales are E8M0 bytes, one per 32 elements,
// and NULL unless the profile is block scaled. C is binary32, which 16-bit output rounds to
// binary16 first; D is binary32, or binary16 in the low half.
fp4_status fp4_dot_add(fp4_dot_profile profile, const uint32_t* a_codes, const uint32_t* b_codes,
                       uint64_t k, const uint8_t* a_scales, const uint8_t* b_scales,
                       uint32_t c_bits, uint32_t* d_bits, fp4_error* error);

// out = RNE(RNE(a_tensor_scale * b_tensor_scale) * d), then rounded to `type`: count elements of
// uint32_t (f32) or uint16_t (bf16, f16).
fp4_status fp4_epilogue(const uint32_t* d_bits, uint64_t count, uint32_t a_tensor_scale_bits,
                        uint32_t b_tensor_scale_bits, fp4_output_type type, void* out_bits,
                        fp4_error* error);

// The same for D m x n with scales of rows: a_scales is 1 (of the tensor) or m, b_scales 1 or n.
fp4_status fp4_epilogue_rows(const uint32_t* d_bits, uint64_t m, uint64_t n,
                             const uint32_t* a_scales_bits, uint64_t a_scales,
                             const uint32_t* b_scales_bits, uint64_t b_scales, fp4_output_type type,
                             void* out_bits, fp4_error* error);

#ifdef __cplusplus
}
#endif

#endif
