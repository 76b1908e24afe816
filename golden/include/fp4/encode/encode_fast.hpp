// encode(), fast: encoders nv (nvfp4) and razer-paper (razer-w, razer-a) many blocks at a time; the
// same bits as block by block. All arithmetic runs under round-to-nearest with subnormals, whatever
// the caller's MXCSR is; it is restored.
#pragma once
#include <span>
#include <string_view>

#include "fp4/encode/encode.hpp"
#include "fp4/fast/fast_options.hpp"

namespace fp4 {

// encode() for every option; options without a fast path take encode() itself, rows shared out to
// the threads. Errors: those of encode() and choose_isa.
Result<PackedTensor> encode_fast(std::span<const float> x, uint64_t rows, uint64_t k,
                                 const EncodeOptions& options, std::string_view name,
                                 const FastOptions& fast = {});

// Where codes and scale bytes go: row-major as in PackedTensor, x.size() / 2 and x.size() / 16
// bytes.
struct PackedOutput {
    std::span<uint8_t> codes;
    std::span<uint8_t> scales;
};

// The same under a given tensor scale, one pass over x. Errors also: a tensor scale that is no
// positive normal number, x.size() not a multiple of k, output sizes, an encoder without a fast
// path. After an error the output is unspecified.
Status encode_fast(std::span<const float> x, uint64_t k, const EncodeOptions& options,
                   float tensor_scale, const PackedOutput& out, std::string_view name,
                   const FastOptions& fast = {});

// finite_amax, fast: the same value or error.
Result<float> finite_amax_fast(std::span<const float> x, uint64_t k, std::string_view name,
                               const FastOptions& fast = {});

} // namespace fp4
