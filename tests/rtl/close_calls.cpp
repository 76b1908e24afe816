#include "close_calls.hpp"

#include <algorithm>

namespace fp4::sim {
namespace {

uint64_t below(std::mt19937_64& random, uint64_t end) { return random() % end; }

void set_code(PackedTensor& t, uint64_t row, uint64_t element, uint8_t code) {
    uint8_t& byte = t.codes[row * t.code_bytes_per_row() + element / 2];
    byte = static_cast<uint8_t>(element % 2 ? (byte & 0x0F) | code << 4 : (byte & 0xF0) | code);
}

PackedTensor zeros(Format format, uint32_t rows, uint64_t k) {
    PackedTensor t{{format, {}}, rows, k, {}, {}};
    t.codes.resize(rows * t.code_bytes_per_row());
    t.scales.resize(rows * t.scale_bytes_per_row());
    return t;
}

// All codes of a row but a few are zero.
void thin_out(std::mt19937_64& random, PackedTensor& t) {
    for (uint64_t row = 0; row < t.rows; ++row) {
        const uint64_t kept = below(random, 4);
        for (uint64_t n = 0; n < t.code_bytes_per_row(); ++n)
            t.codes[row * t.code_bytes_per_row() + n] = 0;
        for (uint64_t n = 0; n < kept; ++n)
            set_code(t, row, below(random, t.k), static_cast<uint8_t>(random()) & 15);
    }
}

// The second half of K is the first with its signs turned where turn is set.
void repeat(PackedTensor& t, bool turn) {
    const uint64_t bytes = t.code_bytes_per_row(), scales = t.scale_bytes_per_row();
    for (uint64_t row = 0; row < t.rows; ++row) {
        for (uint64_t n = 0; n < bytes / 2; ++n) {
            uint8_t byte = t.codes[row * bytes + n];
            if (turn && byte & 0x0F) byte ^= 0x08;
            if (turn && byte & 0xF0) byte ^= 0x80;
            t.codes[row * bytes + bytes / 2 + n] = byte;
        }
        for (uint64_t n = 0; n < scales / 2; ++n)
            t.scales[row * scales + scales / 2 + n] = t.scales[row * scales + n];
    }
}

// Sixteens n and n + 1 of every row, under the scale of n where each has its own: the codes of n,
// in the second with their signs turned where turn is set.
void repeat_sixteen(PackedTensor& t, uint64_t n, bool turn) {
    const auto block = static_cast<uint64_t>(spec_of(t.format).block);
    const uint64_t record = t.scale_bytes(1);
    for (uint64_t row = 0; row < t.rows; ++row) {
        for (uint64_t element = 16 * n; element < 16 * (n + 1); ++element) {
            const uint8_t byte = t.codes[row * t.code_bytes_per_row() + element / 2];
            const uint8_t code = element % 2 ? byte >> 4 : byte & 15;
            set_code(t, row, element + 16, static_cast<uint8_t>(turn && code ? code ^ 8 : code));
        }
        const auto scales =
            t.scales.begin() + static_cast<ptrdiff_t>(row * t.scale_bytes_per_row());
        if (block == 16)
            std::copy_n(scales + static_cast<ptrdiff_t>(n * record), record,
                        scales + static_cast<ptrdiff_t>((n + 1) * record));
    }
}

// All codes of two sixteens of every row but one are zero.
void thin_out_sixteens(std::mt19937_64& random, PackedTensor& t, uint64_t n) {
    for (uint64_t row = 0; row < t.rows; ++row) {
        for (uint64_t element = 16 * n; element < 16 * (n + 2); ++element)
            set_code(t, row, element, 0);
        set_code(t, row, 16 * n + below(random, 32), static_cast<uint8_t>(random()) & 15);
    }
}

Fp32 some_c(std::mt19937_64& random, Fp32 sum) {
    constexpr std::array<uint32_t, 12> edges{0x00000000, 0x00000001, 0x00400000, 0x007FFFFF,
                                             0x00800000, 0x00800001, 0x3F800000, 0x7F7FFFFF,
                                             0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF};
    const auto sign = static_cast<uint32_t>(below(random, 2)) << 31;
    const auto field = static_cast<uint32_t>(sum.bits >> 23 & 0xFF);
    const auto moved = static_cast<uint32_t>((field + 256 + below(random, 161) - 80) % 256) << 23;
    switch (below(random, 7)) {
    case 0: return {static_cast<uint32_t>(random())};
    case 1: return {sign | edges[below(random, edges.size())]};
    case 2: return {(sum.bits ^ 0x80000000) + static_cast<uint32_t>(below(random, 5)) - 2};
    case 3: return {sign | moved | (sum.bits & 0x7FFFFF)};
    case 4: return {sign | moved};
    case 5: return {sign | moved | uint32_t{1} << below(random, 23)};
    default: return {sign | 0x7F800000 | uint32_t{1} << below(random, 23)};
    }
}

// The byte and the exponent of a power of two that a scale of nvfp4 has, and the code: code *
// 2^exponent is 2^power.
struct Power {
    uint8_t scale, code;
};
Power power(int exponent) {
    constexpr int bias = 7, fraction_bits = 3;
    constexpr uint8_t half = 1, one = 2;
    uint8_t code = one;
    if (exponent < -9) code = half, ++exponent;
    const int subnormal = exponent + bias - 1 + fraction_bits;
    return {static_cast<uint8_t>(exponent > -bias ? (exponent + bias) << fraction_bits
                                                  : 1 << subnormal),
            code};
}

} // namespace

std::vector<Tile> close_calls(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic) {
    constexpr int count = 4000;
    std::mt19937_64 random(21);
    std::vector<Tile> tiles;
    for (int i = 0; i < count; ++i) {
        const auto [a, b] = random_formats(random, formats, arithmetic);
        const auto block = static_cast<uint64_t>(std::max(spec_of(a).block, spec_of(b).block));
        const uint64_t k = 2 * block * (1 + below(random, 3));
        Tile tile{random_operand(random, a, shape.rows, k),
                  random_operand(random, b, shape.cols, k),
                  {},
                  {}};
        for (PackedTensor* t : {&tile.a, &tile.b}) {
            if (below(random, 2)) thin_out(random, *t);
            if (below(random, 4) == 0) t->specials = {};
        }
        if (below(random, 3) == 0) {
            repeat(tile.a, true);
            repeat(tile.b, false);
            if (below(random, 2)) // but for one product
                set_code(tile.a, below(random, shape.rows), below(random, k), 1);
        }
        const auto sums = *gemm_reference(tile.a, tile.b, {}, arithmetic);
        if (below(random, 8))
            for (const Fp32 sum : sums) tile.c.push_back(some_c(random, sum));
        tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
        tiles.push_back(std::move(tile));
    }
    return tiles;
}

std::vector<Tile> lone_bits(CoreShape shape, const Arithmetic& arithmetic) {
    std::vector<Tile> tiles;
    const auto add = [&](int low, int high, int c, bool odd) {
        Tile tile{
            zeros(Format::nvfp4, shape.rows, 64), zeros(Format::nvfp4, shape.cols, 64), {}, {}};
        for (const auto& [n, exponent] : {std::pair<uint64_t, int>{0, low}, {1, high}})
            for (auto [t, part] :
                 {std::pair{&tile.a, exponent / 2}, {&tile.b, exponent - exponent / 2}})
                for (uint64_t row = 0; row < t->rows; ++row) {
                    const auto [scale, code] = power(part);
                    t->scales[row * t->scale_bytes_per_row() + n] = scale;
                    set_code(*t, row, 16 * n, code);
                }
        for (uint32_t row = 0; row < shape.rows; ++row)
            for (uint32_t col = 0; col < shape.cols; ++col) {
                const uint32_t negative = (row + col) % 2;
                tile.c.push_back({negative << 31 | static_cast<uint32_t>(c + 127) << 23 |
                                  static_cast<uint32_t>(odd)});
            }
        tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
        tiles.push_back(std::move(tile));
    };
    for (int low = -20; low <= 16; ++low)
        for (int high = low; high <= 16; ++high) {
            // C's last place is twice the higher bit; C lies 24 below it, and further.
            for (const bool odd : {false, true}) add(low, high, high + 24, odd);
            for (const int down : {24, 25, 26, 30}) add(low, high, low - down, false);
        }
    // C of every exponent beside one bit, and beside two that lie 24 apart.
    for (int c = -126; c <= 127; ++c)
        for (const int high : {-20, -4, 4, 16}) {
            add(high, high, c, true);
            if (high >= 4) add(high - 24, high, c, false);
        }
    return tiles;
}

std::vector<Tile> far_apart(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic) {
    constexpr int count = 2000;
    std::mt19937_64 random(31);
    std::vector<Tile> tiles;
    for (int i = 0; i < count; ++i) {
        const auto [a, b] = random_formats(random, formats, arithmetic);
        const uint64_t k = 64 * (1 + below(random, 2));
        Tile tile{random_operand(random, a, shape.rows, k),
                  random_operand(random, b, shape.cols, k),
                  {},
                  {}};
        for (PackedTensor* t : {&tile.a, &tile.b})
            for (auto& byte : t->scales)
                if (below(random, 2)) byte = static_cast<uint8_t>(random());
        for (uint64_t n = 0; n < k / 16; n += 2)
            if (below(random, 2)) {
                repeat_sixteen(tile.a, n, true);
                repeat_sixteen(tile.b, n, false);
            } else {
                thin_out_sixteens(random, tile.a, n);
            }
        const auto sums = *gemm_reference(tile.a, tile.b, {}, arithmetic);
        if (below(random, 4))
            for (const Fp32 sum : sums) tile.c.push_back(some_c(random, sum));
        tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
        tiles.push_back(std::move(tile));
    }
    return tiles;
}

std::vector<Tile> large_sums(CoreShape shape, FormatSet formats, const Arithmetic& arithmetic) {
    constexpr int count = 2000;
    std::mt19937_64 random(41);
    std::vector<Tile> tiles;
    for (int i = 0; i < count; ++i) {
        const auto [a, b] = random_formats(random, formats, arithmetic);
        const uint64_t k = 64 * (1 + below(random, 2));
        Tile tile{random_operand(random, a, shape.rows, k),
                  random_operand(random, b, shape.cols, k),
                  {},
                  {}};
        for (PackedTensor* t : {&tile.a, &tile.b}) {
            t->specials = {static_cast<uint8_t>(28 + below(random, 4)),
                           static_cast<uint8_t>(28 + below(random, 4))};
            const ScaleSpec& scale = spec_of(t->format).scale_spec();
            const auto selector = static_cast<uint8_t>(random());
            const auto span = scale.exponent_only() ? uint64_t{1} : uint64_t{8};
            for (size_t n = 0; n < t->scales.size(); n += t->scale_bytes(1))
                t->scales[n] = static_cast<uint8_t>((selector & ~scale.payload_mask()) |
                                                    (scale.max_payload - below(random, span)));
            const auto like = static_cast<uint8_t>(random());
            for (uint64_t row = 0; row < t->rows; ++row)
                for (uint64_t element = 0; element < k; ++element) {
                    if (below(random, 16) == 0) continue;
                    set_code(*t, row, element, like % 3 == 0 ? 8 : like % 3 == 1 ? 7 : 15);
                }
        }
        const auto sums = *gemm_reference(tile.a, tile.b, {}, arithmetic);
        if (below(random, 2))
            for (const Fp32 sum : sums) tile.c.push_back(some_c(random, sum));
        tile.expected = *gemm_reference(tile.a, tile.b, tile.c, arithmetic);
        tiles.push_back(std::move(tile));
    }
    return tiles;
}

} // namespace fp4::sim
