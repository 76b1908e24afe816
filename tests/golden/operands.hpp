// Seeded operands: the same on every machine and with every standard library.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <iomanip>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "format_rows.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4::test {

inline constexpr std::array<Specials, 6> some_specials{
    {{10, 16}, {14, 18}, {18, 14}, {31, 1}, {1, 31}, {0, 0}}};

inline std::string hex(uint64_t bits) {
    std::ostringstream text;
    text << "0x" << std::hex << std::uppercase << bits;
    return text.str();
}

class Rng {
  public:
    explicit Rng(uint64_t seed) : engine_(seed) {}
    uint64_t bits() { return engine_(); }
    int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
    int between(int low, int high) { return low + below(high - low + 1); }
    bool one_in(int n) { return below(n) == 0; }
    uint8_t byte() { return static_cast<uint8_t>(below(256)); }
    uint32_t fp32_bits() { return static_cast<uint32_t>(engine_()); }
    // Random sign and fraction under an exponent drawn from low..high.
    uint32_t fp32_bits(int low, int high) {
        return (fp32_bits() & 0x807FFFFFu) | static_cast<uint32_t>(between(low, high) + 127) << 23;
    }
    float uniform(float limit) { // in -limit..limit
        return static_cast<float>(static_cast<double>(engine_() >> 11) * 0x1p-52 - 1.0) * limit;
    }

  private:
    std::mt19937_64 engine_;
};

// Finite binary32 patterns round which rounding changes its mind, both signs.
inline std::vector<uint32_t> finite_edges() {
    std::vector<uint32_t> edges;
    for (uint32_t bits :
         {0x00000000u, 0x00000001u, 0x00000002u, 0x00000003u, 0x00400000u, 0x007FFFFFu, 0x00800000u,
          0x00800001u, 0x00FFFFFFu, 0x01000000u, 0x1FFFFFFFu, 0x20000000u, 0x33800000u, 0x34000000u,
          0x35800000u, 0x3EFFFFFFu, 0x3F000000u, 0x3F7FFFFFu, 0x3F800000u, 0x3F800001u, 0x3FC00000u,
          0x40490FDBu, 0x4B000001u, 0x4B800000u, 0x4DDC8000u, 0x5F000000u, 0x5F7FFFFFu, 0x5F800000u,
          0x7E800000u, 0x7EFFFFFFu, 0x7F000000u, 0x7F7FFFFEu, 0x7F7FFFFFu})
        for (uint32_t sign : {0u, 0x80000000u}) edges.push_back(sign | bits);
    return edges;
}

// The finite edges, infinities and NaNs.
inline std::vector<uint32_t> fp32_edges() {
    auto edges = finite_edges();
    for (uint32_t bits : {0x7F800000u, 0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu})
        for (uint32_t sign : {0u, 0x80000000u}) edges.push_back(sign | bits);
    return edges;
}

// A scale byte that is not NaN: anywhere in the range, or subnormal, or at the top.
inline uint8_t random_scale(Rng& rng, Format format) {
    const ScaleSpec& scale = spec_of(format).scale_spec();
    const int mask = scale.payload_mask(), top = scale.max_payload;
    if (scale.exponent_only())
        return static_cast<uint8_t>(rng.one_in(4) ? rng.below(top + 1)
                                                  : rng.between(scale.bias - 20, scale.bias + 20));
    int payload = rng.below(top + 1);
    if (rng.one_in(4)) payload = rng.below(8);
    if (rng.one_in(8)) payload = top;
    return static_cast<uint8_t>((rng.byte() & ~mask) | payload);
}

// Random codes and scales; one scale in `nan_in` is NaN where the format has one (0: none). Some
// blocks hold only zeros.
inline PackedTensor random_tensor(Rng& rng, Format format, Specials specials, uint64_t rows,
                                  uint64_t k, int nan_in = 0) {
    const auto block_bytes = static_cast<size_t>(spec_of(format).block / 2);
    PackedTensor tensor{format, specials, rows, k, std::vector<uint8_t>(rows * k / 2), {}};
    const size_t blocks = rows * k / 2 / block_bytes;
    tensor.scales.resize(tensor.scale_bytes(blocks));
    for (size_t block = 0; block < blocks; ++block) {
        uint8_t* scale = &tensor.scales[tensor.scale_bytes(block)];
        scale[0] = random_scale(rng, format);
        const int nan = spec_of(format).scale_spec().nan_payload;
        if (nan_in && rng.one_in(nan_in) && nan >= 0)
            scale[0] = static_cast<uint8_t>(rng.one_in(2) ? nan : 0xFF);
        for (int i = 1; i < spec_of(format).scale_bytes(); ++i)
            scale[i] = rng.one_in(8) ? uint8_t{0xFF} : rng.byte();
        const bool empty = rng.one_in(10);
        for (size_t i = 0; i < block_bytes; ++i)
            tensor.codes[block * block_bytes + i] = empty ? uint8_t{0} : rng.byte();
    }
    return tensor;
}

} // namespace fp4::test
