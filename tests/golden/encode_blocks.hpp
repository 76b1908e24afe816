// Blocks that make encoders decide: boundaries of codebooks, random values, and a readable
// comparison.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>

#include "fp4/encode/encode.hpp"
#include "operands.hpp"

namespace fp4::test {

using Block = std::array<float, 16>;

// The given values, then `rest`.
inline Block block_of(std::initializer_list<float> values, float rest) {
    Block block;
    block.fill(rest);
    std::copy(values.begin(), values.end(), block.begin());
    return block;
}

inline Block times(Block block, float factor) {
    for (float& x : block) x *= factor;
    return block;
}

inline float above(float x) { return std::nextafter(x, INFINITY); }
inline float below(float x) { return std::nextafter(x, -INFINITY); }

// Scale byte, then the 16 codes, as hex digits.
inline std::string text_of(const EncodedBlock& block) {
    std::string text = hex(block.scale_byte) + ":";
    for (uint8_t code : block.codes) text += "0123456789ABCDEF"[code & 15];
    return text;
}

// The first codes of a block, as hex digits.
inline std::string first_codes(const EncodedBlock& block, size_t count) {
    return text_of(block).substr(hex(block.scale_byte).size() + 1, count);
}

inline std::string values_of(const Block& block) {
    std::ostringstream text;
    for (float x : block) text << std::hexfloat << x << " ";
    return text.str();
}

// Every multiple of a quarter in -11..11 with its two float neighbors, cut into blocks that begin
// with `first`. Every decision point of every codebook is among them.
inline std::vector<Block> boundary_blocks(float first, float rest) {
    std::vector<float> points{0.0f, -0.0f, 6.0f};
    for (int quarters = -44; quarters <= 44; ++quarters)
        if (const float point = static_cast<float>(quarters) * 0.25f; point != 0)
            for (float x : {below(point), point, above(point)}) points.push_back(x);
    std::vector<Block> blocks;
    for (size_t i = 0; i < points.size();
         i += 3) { // few points per block: the rest decides the special
        Block block = block_of({first}, rest);
        for (size_t j = 0; j < 3 && i + j < points.size(); ++j) block[1 + j] = points[i + j];
        blocks.push_back(block);
    }
    return blocks;
}

// Values of one sign pattern and several textures: smooth, on a coarse grid (ties are common), or
// with a few outliers; zeros of both signs.
inline Block random_block(Rng& rng, float size) {
    Block block;
    const int texture = rng.below(4);
    for (float& x : block) {
        x = rng.uniform(size);
        if (texture == 1) x = std::round(x / size * 32) * size / 32;
        if (texture == 2 && !rng.one_in(8)) x *= 0.1f;
        if (rng.one_in(12)) x = rng.one_in(2) ? 0.0f : -0.0f;
    }
    return block;
}

// Both signs of a set of values, mirrored: block[15 - i] = -block[i]. Errors of +V and -V are sums
// of the same terms in opposite orders.
inline Block mirrored_block(Rng& rng, float size) {
    Block block;
    for (size_t i = 0; i < 8; ++i) {
        block[i] = std::ldexp(rng.uniform(size), -rng.below(10));
        block[15 - i] = -block[i];
    }
    return block;
}

// Within two float steps of decision points under a tensor scale that is no power of two: the
// places where the order of roundings shows. `scale` is a block scale, or a value halfway between
// two.
inline Block delicate_block(Rng& rng, float scale, float tensor_scale) {
    const auto near = [&](double x) {
        return std::bit_cast<float>(Fp32::from_float(static_cast<float>(x)).bits +
                                    static_cast<uint32_t>(rng.between(-2, 2)));
    };
    const double unit = double{scale} * tensor_scale;
    Block block;
    for (float& x : block)
        x = near(std::copysign(rng.between(1, 24) * 0.25 * unit, rng.one_in(2) ? 1.0 : -1.0));
    block[0] = near(6 * unit);
    return block;
}

// A block scale of the format, or the value halfway to the next one.
inline float scale_or_midpoint(Rng& rng, Format format) {
    const int payload = rng.between(1, spec_of(format).encode_max - 1);
    const auto value = [&](int p) {
        return scale_to_float(decode_scale(spec_of(format).scale_spec(), p));
    };
    return rng.one_in(2) ? value(payload) : (value(payload) + value(payload + 1)) / 2;
}

} // namespace fp4::test
