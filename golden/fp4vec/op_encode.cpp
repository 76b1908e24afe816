// encode: one block of binary32 values, in a tensor whose largest magnitude is amax, to scale bytes
// and codes.
#include <algorithm>
#include <cmath>

#include "op.hpp"
#include "operands.hpp"
#include "fp4/try.hpp"

namespace fp4::vec {
namespace {

constexpr int block_of(const VectorConfig& config) { return spec_of(config.a).block; }
constexpr int digits_x(const VectorConfig& config) { return 8 * block_of(config); }
constexpr int digits_codes(const VectorConfig& config) { return block_of(config); }
int digits_scale(const VectorConfig& config) { return scale_digits(config.a); }
constexpr int digits_8(const VectorConfig&) { return 8; }

constexpr Column columns[]{
    {"x", Kind::fp32_elements, 'a', false, digits_x,
     "values of the block, binary32, element 0 in the last 8 digits"},
    {"amax", Kind::fp32, 'a', false, digits_8,
     "largest magnitude elsewhere in the tensor, binary32"},
    {"ts", Kind::fp32, 'a', true, digits_8, "tensor scale, the multiplier that dequantizes"},
    {"scale", Kind::scales, 'a', true, digits_scale, "scale bytes of the block"},
    {"codes", Kind::block, 'a', true, digits_codes,
     "codes, element 0 in the low nibble: the last digit"},
};

Words words(std::span<const float> x, float amax) {
    std::string values;
    for (auto value = x.rbegin(); value != x.rend(); ++value)
        values += to_hex(Fp32::from_float(*value));
    return {values, to_hex(Fp32::from_float(amax))};
}

// Elements of a block with units of a sixth of its largest: ties, their neighbors, zeros, values
// round the specials.
constexpr uint64_t patterns = 10;
float edge_element(uint64_t pattern, uint64_t i, uint64_t lane) {
    constexpr std::array<float, 16> ties{6,    0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5,
                                         0.5f, 1,     1.5f,  4.5f,  5.5f,  2,    3,    4};
    constexpr std::array<float, 16> wide{8,  7,    -7,    6.5f, -6.5f, 7.5f, -8,    5,
                                         -5, 4.5f, -4.5f, 5.5f, -5.5f, 0,    -0.0f, 6};
    const float tie = ties[i % ties.size()];
    switch (pattern) {
    case 0: return tie;
    case 1: return -tie;
    case 2: return i % 2 ? -tie : tie;
    case 3: return i == 0 ? tie : std::nextafter(tie, 8.0f);
    case 4: return i == 0 ? -tie : -std::nextafter(tie, 0.0f);
    case 5: return 0;
    case 6: return -0.0f;
    case 7: return i == lane ? 6.0f : i % 2 ? -0.0f : 0.0f;
    case 8: return wide[i % wide.size()];
    default: return -wide[i % wide.size()];
    }
}

constexpr std::array<float, 8> units{1,       0.125f,   0.875f,  448, 1.1f,
                                     0x1p-9f, 0x1p-10f, 0x1p-13f}; // of the block, in tensor scales
constexpr std::array<float, 6> tensor_scales{1,        0x1p-20f,  0x1.8p3f,
                                             0x1p100f, 0x1p-126f, 0x1p-140f}; // wished for

// The amax that makes a tensor scale of 1.
float divisor(Format format) {
    const float largest = 6.0f * scale_to_float(decode_scale(spec_of(format).scale_spec(),
                                                             spec_of(format).encode_max));
    return std::isfinite(largest) ? largest : 2688.0f;
}

uint64_t edge_cases(const VectorConfig&) { return patterns * units.size() * tensor_scales.size(); }

Words edge_case(const VectorConfig& config, uint64_t index) {
    const float tensor_scale = tensor_scales[index / (patterns * units.size())],
                unit = units[index / patterns % units.size()];
    std::vector<float> x(static_cast<size_t>(block_of(config)));
    for (size_t i = 0; i < x.size(); ++i)
        x[i] = edge_element(index % patterns, i, index / patterns % x.size()) * unit * tensor_scale;
    const bool alone = index / patterns % 5 == 4; // the block has the tensor's largest value
    return words(x, alone ? 0.0f : divisor(config.a) * tensor_scale);
}

Words random_case(const VectorConfig& config, SplitMix64& random) {
    std::vector<float> x(static_cast<size_t>(block_of(config)));
    const int top = random.one_in(8) ? random.between(-149, 110) : random.between(-12, 12);
    const int spread = random.between(1, 12);
    for (float& value : x) {
        const uint64_t bits = random.next();
        const float fraction = 1.0f + static_cast<float>(bits & 0x7FFFFF) * 0x1p-23f;
        value =
            random.one_in(16)
                ? 0.0f
                : std::ldexp(bits >> 63 ? -fraction : fraction,
                             top - static_cast<int>(random.below(static_cast<uint64_t>(spread))));
    }
    const float outside = std::ldexp(1.0f + static_cast<float>(random.next() & 0x7FFFFF) * 0x1p-23f,
                                     std::min(top + random.between(0, 14), 127));
    return words(x, outside);
}

// The block and, in a second one, amax: what a tensor scale is made of is the encoder's business.
Result<Words> outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const auto block = static_cast<size_t>(block_of(config));
    std::vector<float> x(2 * block);
    for (size_t i = 0; i < block; ++i)
        x[i] = fp32_from_hex(in[0].substr(8 * (block - 1 - i), 8)).to_float();
    x[block] = fp32_from_hex(in[1]).to_float();
    FP4_TRY_ASSIGN(
        const auto encoded,
        encode(x, 1, 2 * block,
               {.format = config.a, .encoder = config.encoder, .specials = config.specials}, "x"));
    std::string codes;
    for (size_t i = block / 2; i-- > 0;) codes += to_hex(encoded.codes[i], 2);
    std::string scale;
    for (size_t i = 0; i < encoded.scale_bytes(1); ++i) scale += to_hex(encoded.scales[i], 2);
    return Words{to_hex(encoded.tensor_scale), scale, codes};
}

} // namespace

const OpSpec encode_op{
    "encode",    "one block of binary32 values to tensor scale, scale bytes and codes",
    false,       columns,
    edge_cases,  edge_case,
    random_case, outputs};

} // namespace fp4::vec
