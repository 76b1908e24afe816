#include "encode_kernels.hpp"

#include <cstring>

#include "encode_lanes_nv.hpp"
#include "encode_lanes_razer_a.hpp"
#include "encode_lanes_razer_w.hpp"

namespace fp4 {
namespace {

constexpr size_t batch_elements = lanes::batch * dot_lanes;

// Four of these passes transpose sixteen rows of sixteen: each rotates the bits of the index by
// one.
[[gnu::always_inline]] inline void shuffle(const float* __restrict from, float* __restrict to) {
    for (size_t i = 0; i < batch_elements / 2; ++i) {
        to[2 * i] = from[i];
        to[2 * i + 1] = from[batch_elements / 2 + i];
    }
}

template <class Encoder>
[[gnu::always_inline]] inline int32_t encode_batch(const Encoder& encoder, const float* x,
                                                   uint8_t* codes, uint8_t* scales) {
    alignas(64) std::array<float, batch_elements> a, b;
    shuffle(x, a.data());
    shuffle(a.data(), b.data());
    shuffle(b.data(), a.data());
    shuffle(a.data(), b.data());

    // Locals of one width: the loop over lanes has nothing that keeps it from being vectorized.
    alignas(64) std::array<uint32_t, 2 * lanes::batch> words;
    alignas(64) std::array<int32_t, lanes::batch> scale_bytes;
    int32_t largest = 0;
    for (size_t lane = 0; lane < lanes::batch; ++lane) {
        const lanes::Elements elements{b.data() + lane};
        const int32_t amax_bits = lanes::largest_magnitude_bits(elements);
        const lanes::EncodedLane block = encoder(elements, amax_bits);
        words[2 * lane] = block.words[0];
        words[2 * lane + 1] = block.words[1];
        scale_bytes[lane] = block.scale_byte;
        largest = std::max(largest, amax_bits);
    }
    std::memcpy(codes, words.data(), sizeof words);
    for (size_t lane = 0; lane < lanes::batch; ++lane)
        scales[lane] = static_cast<uint8_t>(scale_bytes[lane]);
    return largest;
}

template <class Encoder>
[[gnu::always_inline]] inline int32_t encode_all(const Encoder& encoder, const EncodeRange& range) {
    constexpr size_t ahead =
        4 * batch_elements; // the divisions leave no room in flight for a cache miss
    std::array<float, batch_elements> padded_x{}; // the last batch, where it is not whole
    std::array<uint8_t, batch_elements / 2> padded_codes;
    std::array<uint8_t, lanes::batch> padded_scales;
    int32_t largest = 0;
    for (size_t block = 0; block < range.blocks; block += lanes::batch) {
        const float* x = range.x + block * dot_lanes;
        uint8_t* codes = range.codes + block * (dot_lanes / 2);
        uint8_t* scales = range.scales + block;
        const size_t blocks = std::min(lanes::batch, range.blocks - block);
        if (blocks == lanes::batch) {
            for (size_t line = 0; line < batch_elements; line += 16)
                __builtin_prefetch(x + ahead + line);
        } else {
            std::memcpy(padded_x.data(), x, blocks * dot_lanes * sizeof(float));
            x = padded_x.data(), codes = padded_codes.data(), scales = padded_scales.data();
        }
        largest = std::max(largest, encode_batch(encoder, x, codes, scales));
        if (blocks < lanes::batch) {
            std::memcpy(range.codes + block * (dot_lanes / 2), codes, blocks * (dot_lanes / 2));
            std::memcpy(range.scales + block, scales, blocks);
        }
    }
    return largest;
}

[[gnu::always_inline]] inline int32_t largest_magnitude(std::span<const float> x) {
    int32_t largest = 0;
    for (float value : x) largest = std::max(largest, lanes::magnitude_bits(value));
    return largest;
}

// One function per instruction set around the same code.
#if defined(__x86_64__) && defined(__GNUC__)
#define FP4_AVX2 [[gnu::target("avx2")]]
#define FP4_AVX512 [[gnu::target("fma,avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")]]
template <class Encoder>
[[gnu::noinline]] FP4_AVX2 int32_t encode_avx2(const Encoder& encoder, const EncodeRange& range) {
    return encode_all(encoder, range);
}
template <class Encoder>
[[gnu::noinline]] FP4_AVX512 int32_t encode_avx512(const Encoder& encoder,
                                                   const EncodeRange& range) {
    return encode_all(encoder, range);
}
[[gnu::noinline]] FP4_AVX2 int32_t largest_avx2(std::span<const float> x) {
    return largest_magnitude(x);
}
[[gnu::noinline]] FP4_AVX512 int32_t largest_avx512(std::span<const float> x) {
    return largest_magnitude(x);
}
#endif
template <class Encoder>
[[gnu::noinline]] int32_t encode_portable(const Encoder& encoder, const EncodeRange& range) {
    return encode_all(encoder, range);
}
[[gnu::noinline]] int32_t largest_portable(std::span<const float> x) {
    return largest_magnitude(x);
}

// `fused` gives the bits of `encoder` with fused multiply-adds, where there is something to gain.
template <class Encoder, class Fused>
int32_t encode_on([[maybe_unused]] Isa isa, const Encoder& encoder,
                  [[maybe_unused]] const Fused& fused, const EncodeRange& range) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa == Isa::avx512_vnni) return encode_avx512(fused, range);
    if (isa == Isa::avx2) return encode_avx2(encoder, range);
#endif
    return encode_portable(encoder, range);
}

template <class Encoder>
int32_t encode_on(Isa isa, const Encoder& encoder, const EncodeRange& range) {
    return encode_on(isa, encoder, encoder, range);
}

template <bool five>
int32_t encode_razer_a(Isa isa, Specials specials, float tensor_scale, const EncodeRange& range) {
    return encode_on(isa, lanes::EncodeRazerA<five, false>(tensor_scale, specials),
                     lanes::EncodeRazerA<five, true>(tensor_scale, specials), range);
}

} // namespace

int32_t encode_range(Isa isa, Format format, Specials specials, float tensor_scale,
                     const EncodeRange& range) {
    const FormatSpec& spec = spec_of(format);
    if (!spec.has_specials()) return encode_on(isa, lanes::EncodeNv{tensor_scale}, range);
    if (spec.has_second_special())
        return encode_on(isa, lanes::EncodeRazerW(tensor_scale, specials), range);
    if (specials.v1_halves == 10) return encode_razer_a<true>(isa, specials, tensor_scale, range);
    return encode_razer_a<false>(isa, specials, tensor_scale, range);
}

int32_t largest_magnitude_bits([[maybe_unused]] Isa isa, std::span<const float> x) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa == Isa::avx512_vnni) return largest_avx512(x);
    if (isa == Isa::avx2) return largest_avx2(x);
#endif
    return largest_portable(x);
}

} // namespace fp4
