#include "stimuli.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>

namespace fp4::sim {
namespace {

constexpr uint8_t code_one = 2, code_minus_one = 10, code_sign = 8; // of E2M1

std::vector<Format> formats_of(const Target& target) {
    std::vector<Format> formats;
    for (size_t f = 0; f < format_specs.size(); ++f)
        if (contains(target.formats, static_cast<Format>(f)))
            formats.push_back(static_cast<Format>(f));
    return formats;
}

// Zeros under scale bytes of zero.
PackedTensor zeros(Format format, uint32_t rows, uint64_t k) {
    PackedTensor t{{format}, rows, k};
    t.codes.resize(rows * t.code_bytes_per_row());
    t.scales.resize(rows * t.scale_bytes_per_row());
    return t;
}

void set_code(PackedTensor& t, uint64_t row, uint64_t element, uint8_t code) {
    uint8_t& byte = t.codes[row * t.code_bytes_per_row() + element / 2];
    byte = static_cast<uint8_t>(element % 2 ? (byte & 0x0F) | code << 4 : (byte & 0xF0) | code);
}

uint8_t& scale_byte(PackedTensor& t, uint64_t row, uint64_t block) {
    const auto bytes = static_cast<uint64_t>(spec_of(t.format).scale_bytes());
    return t.scales[row * t.scale_bytes_per_row() + block * bytes];
}

// The scale byte of 2^exponent, which the type has.
uint8_t power(const ScaleSpec& spec, int exponent) {
    for (int payload = 0; payload <= spec.max_payload; ++payload) {
        const Scale scale = decode_scale(spec, payload);
        if (std::ldexp(scale.significand, scale.exponent - scale_fraction_bits) ==
            std::ldexp(1.0, exponent))
            return static_cast<uint8_t>(payload);
    }
    std::abort(); // a stimulus asks for what its format has not
}

Tile expecting(Tile tile, const Target& target) {
    tile.expected = *gemm_reference(tile.a, tile.b, tile.c, target.arithmetic);
    return tile;
}

// A tile of one step with C, in NVFP4, its blocks empty.
Tile step(const Target& target, float c) {
    const auto [rows, cols] = target.shape;
    return {zeros(Format::nvfp4, rows, 64),
            zeros(Format::nvfp4, cols, 64),
            std::vector<Fp32>(rows * cols, Fp32::from_float(c)),
            {}};
}

// Block n of a step has one product in every output: code_a * 2^exponent_a by 1.0 * 2^exponent_b.
void set_block(Tile& tile, uint64_t n, uint8_t code_a, int exponent_a, int exponent_b) {
    for (auto [t, code, exponent] :
         {std::tuple(&tile.a, code_a, exponent_a), std::tuple(&tile.b, code_one, exponent_b)})
        for (uint64_t row = 0; row < t->rows; ++row) {
            set_code(*t, row, 16 * n, code);
            scale_byte(*t, row, n) = power(spec_of(t->format).scale_spec(), exponent);
        }
}

std::vector<Tile> random_tiles(const Target& target) {
    std::mt19937_64 random(11);
    std::vector<Tile> tiles;
    for (int i = 0; i < 1000; ++i)
        tiles.push_back(random_tile(random, target.shape, target.formats, target.arithmetic));
    return tiles;
}

// Every code under every scale byte of every format, on either side.
std::vector<Tile> scale_bytes(const Target& target) {
    std::mt19937_64 random(12);
    std::vector<Tile> tiles;
    for (const Format format : formats_of(target))
        for (const bool on_b : {false, true}) {
            const auto block = static_cast<uint64_t>(spec_of(format).block);
            const uint32_t rows = on_b ? target.shape.cols : target.shape.rows;
            const uint32_t others = on_b ? target.shape.rows : target.shape.cols;
            constexpr uint64_t blocks = 4;
            for (uint32_t first = 0; first < 256; first += static_cast<uint32_t>(rows * blocks)) {
                PackedTensor t = random_operand(random, format, rows, blocks * block);
                for (uint64_t row = 0; row < rows; ++row)
                    for (uint64_t b = 0; b < blocks; ++b) {
                        scale_byte(t, row, b) = static_cast<uint8_t>(first + row * blocks + b);
                        for (uint64_t k = 0; k < block; ++k)
                            set_code(t, row, b * block + k, static_cast<uint8_t>((k + b) % 16));
                    }
                PackedTensor other = random_operand(random, format, others, blocks * block);
                tiles.push_back(expecting(on_b ? Tile{std::move(other), std::move(t), {}, {}}
                                               : Tile{std::move(t), std::move(other), {}, {}},
                                          target));
            }
        }
    return tiles;
}

// Every magnitude of special values, under each selector.
std::vector<Tile> specials(const Target& target) {
    std::mt19937_64 random(13);
    std::vector<Tile> tiles;
    for (const Format format : formats_of(target)) {
        const FormatSpec& spec = spec_of(format);
        if (!spec.has_specials()) continue;
        for (uint8_t halves = 0; halves <= special_max_halves; ++halves) {
            Tile tile{random_operand(random, format, target.shape.rows, 64),
                      random_operand(random, format, target.shape.cols, 64),
                      {},
                      {}};
            for (PackedTensor* t : {&tile.a, &tile.b}) {
                t->specials = {halves, static_cast<uint8_t>(special_max_halves - halves)};
                for (uint64_t row = 0; row < t->rows; ++row)
                    for (uint64_t b = 0; b < 4; ++b) {
                        scale_byte(*t, row, b) = static_cast<uint8_t>(
                            power(spec.scale_spec(), 0) |
                            spec.byte_of_selector(static_cast<int>(b) % spec.selectors()));
                        set_code(*t, row, 16 * b + random() % 16,
                                 static_cast<uint8_t>(spec.sentinel));
                    }
            }
            tiles.push_back(expecting(std::move(tile), target));
        }
    }
    return tiles;
}

// C of every exponent field and sign, and so at every distance from the terms beside it, with the
// fractions at the ends and one between, beside sums that are zero, not zero, and NaN.
std::vector<Tile> c_values(const Target& target) {
    enum class Sum { zero, some, nan };
    std::mt19937_64 random(14);
    std::vector<Tile> tiles;
    const auto [rows, cols] = target.shape;
    for (uint32_t field = 0; field < 256; ++field)
        for (const uint32_t fraction : {0u, 1u, 0x2AAAABu, 0x400000u, 0x7FFFFFu})
            for (const Sum sum : {Sum::zero, Sum::some, Sum::nan}) {
                Tile tile = step(target, 0);
                if (sum == Sum::some) {
                    set_block(tile, 1, code_one, 0, 0);
                    set_block(tile, 3, random() % 2 ? code_one : code_minus_one, -3, -3);
                }
                if (sum == Sum::nan)
                    for (uint64_t row = 0; row < rows; ++row)
                        scale_byte(tile.a, row, 2) =
                            static_cast<uint8_t>(spec_of(ScaleType::ue4m3).nan_payload);
                for (uint32_t i = 0; i < rows * cols; ++i)
                    tile.c[i].bits = i % 2 << 31 | field << 23 | fraction;
                tiles.push_back(expecting(std::move(tile), target));
            }
    return tiles;
}

// C of 2^24 and more, whose last place is 2, beside sums of a half of it, a little less and a
// little more; the last of them carries into the next exponent. A C that is just the negative.
std::vector<Tile> ties(const Target& target) {
    std::vector<Tile> tiles;
    for (const bool negative : {false, true}) {
        Tile tile = step(target, negative ? -1 : 1);
        set_block(tile, 2, negative ? code_one : code_minus_one, 0, 0);
        tiles.push_back(expecting(std::move(tile), target));
    }
    for (const uint32_t fraction : {0u, 1u, 2u, 3u, 0x7FFFFEu, 0x7FFFFFu})
        for (const bool negative : {false, true})
            for (const bool opposite : {false, true})
                for (const int little : {-1, 0, 1}) {
                    Tile tile = step(target, 0);
                    for (Fp32& c : tile.c)
                        c.bits = static_cast<uint32_t>(negative) << 31 | 151u << 23 | fraction;
                    set_block(tile, 0, negative != opposite ? code_minus_one : code_one, 0, 0);
                    if (little)
                        set_block(tile, 1,
                                  (little < 0) != (negative != opposite) ? code_minus_one
                                                                         : code_one,
                                  -3, -3);
                    tiles.push_back(expecting(std::move(tile), target));
                }
    return tiles;
}

// Half of a last place and a little more in C, or in a block's sum, which lies so far below the
// other that the little falls off the grid of a step that is a block: the odd bit that it leaves
// there decides the rounding.
std::vector<Tile> ties_but_for_little(const Target& target) {
    constexpr uint8_t code_one_and_half = 3;
    std::vector<Tile> tiles;
    const auto [rows, cols] = target.shape;
    for (const uint8_t negative : {uint8_t{0}, uint8_t{1}})
        for (const uint32_t c_negative : {0u, 1u}) {
            // 1.5 beside a C of 2^-24 and 2^-47.
            Tile tile = step(target, 0);
            set_block(tile, 0, code_one_and_half | code_sign * negative, 0, 0);
            for (Fp32& c : tile.c) c.bits = c_negative << 31 | 103u << 23 | 1;
            tiles.push_back(expecting(std::move(tile), target));

            // Lanes that make 12 * 31 * 31 + 12 * 8 + 6 * 3 + 4 * 1 + 1 * 1 quarters, 11,651, under
            // significands 15 and 12: 2^21 + 28 times 2^-8. C is 2^37 and two last places, a half
            // of which is 2^13.
            const FormatSpec& spec = spec_of(Format::razer_a);
            const uint8_t one = power(spec.scale_spec(), 0);
            const auto special = static_cast<uint8_t>(spec.sentinel);
            const std::array<uint8_t, 4> a_codes{7, 5, 4, 1}, b_codes{6, 3, 1, 1};
            tile = {zeros(Format::razer_a, rows, 16),
                    zeros(Format::razer_a, cols, 16),
                    std::vector<Fp32>(rows * cols, Fp32{c_negative << 31 | 164u << 23 | 2}),
                    {}};
            for (PackedTensor* t : {&tile.a, &tile.b}) {
                const bool is_a = t == &tile.a;
                const uint8_t sign = is_a ? negative : 0;
                t->specials = {special_max_halves, special_max_halves};
                for (uint64_t row = 0; row < t->rows; ++row) {
                    scale_byte(*t, row, 0) =
                        static_cast<uint8_t>(one + (is_a ? 7 : 4)) | sign << spec.sign_bit;
                    for (uint64_t k = 0; k < 12; ++k) set_code(*t, row, k, special);
                    for (uint64_t k = 0; k < 4; ++k)
                        set_code(*t, row, 12 + k, (is_a ? a_codes : b_codes)[k] | code_sign * sign);
                }
            }
            tiles.push_back(expecting(std::move(tile), target));
        }
    return tiles;
}

// Results at the ends of binary32, and beyond them.
std::vector<Tile> limits(const Target& target) {
    std::vector<Tile> tiles;
    const auto [rows, cols] = target.shape;
    // The largest C beside the smallest sums.
    for (const bool negative : {false, true}) {
        Tile tile = step(target, 0);
        for (Fp32& c : tile.c) c.bits = static_cast<uint32_t>(negative) << 31 | 0x7F7FFFFFu;
        set_block(tile, 0, code_one, -9, -9);
        tiles.push_back(expecting(std::move(tile), target));
    }
    // Products of every size in the formats of the widest scales.
    for (const Format format : formats_of(target)) {
        const FormatSpec& spec = spec_of(format);
        if (spec.scale != ScaleType::e8m0) continue;
        const auto block = static_cast<uint64_t>(spec.block);
        for (int payload = 0; payload <= spec.scale_spec().max_payload; ++payload)
            for (const uint8_t code : {uint8_t{1}, uint8_t{3}, uint8_t{9}, uint8_t{15}}) {
                Tile tile{zeros(format, rows, block), zeros(format, cols, block), {}, {}};
                for (uint64_t row = 0; row < rows; ++row)
                    for (uint64_t k = 0; k <= row; ++k) set_code(tile.a, row, k, code);
                for (uint64_t row = 0; row < cols; ++row)
                    for (uint64_t k = 0; k < 4; ++k) set_code(tile.b, row, k, 3);
                for (uint64_t row = 0; row < rows; ++row)
                    scale_byte(tile.a, row, 0) = static_cast<uint8_t>(payload);
                for (uint64_t row = 0; row < cols; ++row)
                    scale_byte(tile.b, row, 0) = static_cast<uint8_t>(payload);
                tiles.push_back(expecting(std::move(tile), target));
            }
    }
    return tiles;
}

// Terms as large as there are, of one to sixteen products, beside C as large and less.
std::vector<Tile> largest_terms(const Target& target) {
    std::mt19937_64 random(16);
    std::vector<Tile> tiles;
    for (const Format format : formats_of(target)) {
        const FormatSpec& spec = spec_of(format);
        if (!spec.has_specials()) continue;
        const ScaleSpec& scales = spec.scale_spec();
        for (int i = 0; i < 64; ++i) {
            Tile tile{
                zeros(format, target.shape.rows, 64), zeros(format, target.shape.cols, 64), {}, {}};
            for (PackedTensor* t : {&tile.a, &tile.b}) {
                t->specials = {special_max_halves, special_max_halves};
                for (uint64_t row = 0; row < t->rows; ++row)
                    for (uint64_t b = 0; b < 4; ++b) {
                        const int selector = static_cast<int>(random()) & (spec.selectors() - 1);
                        scale_byte(*t, row, b) = static_cast<uint8_t>(
                            scales.max_payload | spec.byte_of_selector(i < 32 ? selector : 0));
                        const uint64_t products = i < 8 ? 16 : 1 + random() % 16;
                        for (uint64_t k = 0; k < products; ++k)
                            set_code(*t, row, 16 * b + k, static_cast<uint8_t>(spec.sentinel));
                    }
            }
            for (uint32_t n = 0; i % 2 && n < target.shape.rows * target.shape.cols; ++n)
                tile.c.push_back({static_cast<uint32_t>(
                    random() % 2 << 31 | (115 + random() % 45) << 23 | random() % (1 << 23))});
            tiles.push_back(expecting(std::move(tile), target));
        }
    }
    return tiles;
}

// Tiles of one beat without C, as close as they can be.
std::vector<Tile> short_tiles(const Target& target) {
    std::mt19937_64 random(15);
    std::vector<Tile> tiles;
    for (int i = 0; i < 500; ++i)
        tiles.push_back(expecting({random_operand(random, Format::nvfp4, target.shape.rows, 16),
                                   random_operand(random, Format::nvfp4, target.shape.cols, 16),
                                   {},
                                   {}},
                                  target));
    return tiles;
}

constexpr std::array<Pace, 2> hesitant{{{4, 8, 8}, {2, 8, 8}}};
constexpr std::span<const Pace> fast{paces.data(), 1};
constexpr std::array list{
    Stimulus{"random", "formats, codes, scales, specials, C and lengths at random, at every pace",
             random_tiles, paces},
    Stimulus{"scale-bytes", "every code under every scale byte of every format, on either side",
             scale_bytes, fast},
    Stimulus{"specials", "every magnitude of special values under every selector", specials, fast},
    Stimulus{"c-values", "C of every exponent and class beside sums that are zero and not",
             c_values, fast},
    Stimulus{"ties", "sums at, just below and just above half of C's last place", ties, fast},
    Stimulus{"ties-but-for-little", "sums that what falls off the grid of a block moves off a tie",
             ties_but_for_little, fast},
    Stimulus{"limits", "results at the ends of binary32 and beyond", limits, fast},
    Stimulus{"largest-terms", "terms as large as there are", largest_terms, fast},
    Stimulus{"short-tiles", "tiles of one beat that wait for each other while D is taken at once",
             short_tiles, hesitant},
};

} // namespace

std::span<const Stimulus> stimuli() { return list; }

} // namespace fp4::sim
