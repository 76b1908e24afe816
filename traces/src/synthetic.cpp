#include "fp4/traces/synthetic.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>

#include "fp4/formats/decode.hpp"

namespace fp4::traces {
namespace {

// Quantiles (i + 1/2) / 64 of sqrt(5 / chi2_5).
constexpr std::array<float, 64> tail_factor{
    0.5647f, 0.6203f, 0.6536f, 0.6792f, 0.7009f, 0.72f,   0.7374f, 0.7537f, 0.7689f, 0.7835f,
    0.7975f, 0.8111f, 0.8243f, 0.8372f, 0.8499f, 0.8625f, 0.8749f, 0.8872f, 0.8995f, 0.9117f,
    0.9239f, 0.9361f, 0.9484f, 0.9608f, 0.9732f, 0.9858f, 0.9985f, 1.0114f, 1.0244f, 1.0377f,
    1.0512f, 1.0649f, 1.079f,  1.0934f, 1.1081f, 1.1232f, 1.1387f, 1.1547f, 1.1712f, 1.1883f,
    1.206f,  1.2244f, 1.2435f, 1.2636f, 1.2845f, 1.3066f, 1.3298f, 1.3544f, 1.3806f, 1.4085f,
    1.4385f, 1.471f,  1.5063f, 1.5451f, 1.5881f, 1.6364f, 1.6913f, 1.7551f, 1.831f,  1.9244f,
    2.0451f, 2.214f,  2.4886f, 3.1678f};

// Quantiles (i + 1/2) / 16 of a log-normal with sigma 0.25 (weights) and 0.5 (activations).
constexpr std::array<float, 16> weight_spread{0.6277f, 0.7193f, 0.7769f, 0.8236f, 0.8652f, 0.9043f,
                                              0.9424f, 0.9806f, 1.0198f, 1.0611f, 1.1058f, 1.1558f,
                                              1.2142f, 1.2872f, 1.3903f, 1.5931f};
constexpr std::array<float, 16> activation_spread{
    0.394f, 0.5174f, 0.6035f, 0.6783f, 0.7486f, 0.8178f, 0.8882f, 0.9616f,
    1.04f,  1.1259f, 1.2228f, 1.3358f, 1.4743f, 1.657f,  1.9329f, 2.538f};
constexpr std::array<float, 8> outlier_gain{8, 9, 11, 13, 16, 20, 25, 32};

constexpr float weight_sigma = 0.02f;
constexpr float unit_sigma =
    1.0f / 9459.3f; // of a sum of four uniforms of 14 bits: 16384 / sqrt(3)

// What a stream of random words is for; keeps the streams of one tensor apart.
enum class Purpose : uint32_t { values, rows, columns, c, scales };

// Philox4x32-10 keyed by the seed; the counter is (index, purpose, tensor).
class Stream {
  public:
    Stream(uint64_t seed, std::string_view tensor, Purpose purpose)
        : key_{{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}},
          purpose_(static_cast<uint32_t>(purpose)), tensor_(fnv1a(tensor)) {}

    std::array<uint64_t, 2> operator()(uint64_t index) const {
        // Tensors have fewer than 2^60 elements, so the purpose fits above the index.
        const r123::Philox4x32::ctr_type counter{
            {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32) | purpose_ << 28,
             static_cast<uint32_t>(tensor_), static_cast<uint32_t>(tensor_ >> 32)}};
        const auto out = r123::Philox4x32{}(counter, key_);
        return {uint64_t{out[1]} << 32 | out[0], uint64_t{out[3]} << 32 | out[2]};
    }

  private:
    static uint64_t fnv1a(std::string_view text) {
        uint64_t hash = 0xCBF29CE484222325;
        for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
        return hash;
    }

    r123::Philox4x32::key_type key_;
    uint32_t purpose_;
    uint64_t tensor_;
};

float round_to_bf16(float x) {
    const auto bits = std::bit_cast<uint32_t>(x);
    return std::bit_cast<float>((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
}

// One draw of t5 from 64 random bits: four uniforms in the low 56, the tail factor in the high 6.
float draw_t5(uint64_t random) {
    const auto uniform = [&](int lane) {
        return static_cast<int32_t>(random >> (14 * lane) & 0x3FFF);
    };
    const int32_t sum = uniform(0) + uniform(1) + uniform(2) + uniform(3) - 32766;
    return static_cast<float>(sum) * unit_sigma * tail_factor[random >> 58];
}

std::vector<float> gains(uint64_t seed, std::string_view tensor, Purpose purpose, uint64_t count,
                         const std::array<float, 16>& spread, bool outliers) {
    const Stream stream(seed, tensor, purpose);
    std::vector<float> out(count);
    for (uint64_t i = 0; i < count; ++i) {
        const uint64_t random = stream(i)[0];
        out[i] = spread[random & 15];
        if (outliers && (random >> 4 & 255) == 0) out[i] *= outlier_gain[random >> 12 & 7];
    }
    return out;
}

// values[r * k + c] = t5 * row_gain * column_gain, BF16.
std::vector<float> spread_matrix(uint64_t seed, std::string_view tensor,
                                 const std::vector<float>& row_gain,
                                 const std::vector<float>& column_gain) {
    const Stream stream(seed, tensor, Purpose::values);
    const uint64_t k = column_gain.size();
    std::vector<float> values(row_gain.size() * k);
    const auto put = [&](uint64_t i, uint64_t random) {
        if (i < values.size())
            values[i] = round_to_bf16(draw_t5(random) * row_gain[i / k] * column_gain[i % k]);
    };
    for (uint64_t i = 0; i < values.size(); i += 2) {
        const auto [first, second] = stream(i / 2);
        put(i, first);
        put(i + 1, second);
    }
    return values;
}

} // namespace

std::vector<float> synthetic_weights(uint64_t seed, std::string_view tensor, uint64_t rows,
                                     uint64_t k) {
    auto row_gain = gains(seed, tensor, Purpose::rows, rows, weight_spread, false);
    for (float& gain : row_gain) gain *= weight_sigma;
    return spread_matrix(seed, tensor, row_gain,
                         gains(seed, tensor, Purpose::columns, k, weight_spread, false));
}

std::vector<float> synthetic_activations(uint64_t seed, std::string_view tensor, uint64_t tokens,
                                         uint64_t k) {
    const std::vector<float> row_gain(tokens, 1.0f);
    return spread_matrix(seed, tensor, row_gain,
                         gains(seed, tensor, Purpose::columns, k, activation_spread, true));
}

PackedTensor uniform_operand(uint64_t seed, std::string_view tensor, const OperandFormat& format,
                             uint64_t rows, uint64_t k, uint64_t zero_blocks) {
    PackedTensor t{format, rows, k, {}, {}, Fp32::from_float(0.01f)};
    t.codes.resize(rows * t.code_bytes_per_row());
    t.scales.resize(rows * t.scale_bytes_per_row());
    const auto fill = [&](std::vector<uint8_t>& bytes, Purpose purpose) {
        const Stream stream(seed, tensor, purpose);
        for (uint64_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<uint8_t>(stream(i / 8)[0] >> (i % 8 * 8));
    };
    fill(t.codes, Purpose::values);
    fill(t.scales, Purpose::scales);
    const Stream row_stream(seed, tensor, Purpose::rows);
    const uint64_t block_bytes = static_cast<uint64_t>(spec_of(t.format).block) / 2,
                   blocks = t.codes.size() / block_bytes;
    for (uint64_t i = 0; i < blocks; ++i) {
        uint8_t& scale_byte = t.scales[t.scale_bytes(i)];
        const bool nan_row = row_stream(t.scale_bytes(i) / t.scale_bytes_per_row())[0] % 16 == 0;
        if (block_scale(t.format, scale_byte).nan && !nan_row) scale_byte ^= 1;
    }
    const Stream block_stream(seed, tensor, Purpose::columns);
    const uint8_t zeros = spec_of(t.format).sentinel == 0 ? 0x88 : 0x00;
    for (uint64_t i = 0; zero_blocks != 0 && i < blocks; ++i)
        if (block_stream(i)[0] % zero_blocks == 0)
            std::fill_n(t.codes.begin() + static_cast<ptrdiff_t>(i * block_bytes), block_bytes,
                        zeros);
    return t;
}

std::vector<uint32_t> synthetic_c_bits(uint64_t seed, std::string_view tensor, uint64_t count) {
    const Stream stream(seed, tensor, Purpose::c);
    std::vector<uint32_t> bits(count);
    for (uint64_t i = 0; i < count; ++i) {
        const auto [random, choice] = stream(i);
        bits[i] = static_cast<uint32_t>(random);
        // Exponents -8 to 23 unless the draw is one of the unrestricted ones.
        if (choice % 16 != 0)
            bits[i] = (bits[i] & 0x807FFFFF) | static_cast<uint32_t>(127 - 8 + (random >> 40 & 31))
                                                   << 23;
    }
    return bits;
}

} // namespace fp4::traces
