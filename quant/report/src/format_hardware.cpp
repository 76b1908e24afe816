#include "format_hardware.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>

#include "fp4/dequantize/dequantize.hpp"
#include "number_text.hpp"

namespace fp4::quant {
namespace {

constexpr std::array<double, 3> odd_units{1, 3, 7};
constexpr double most_units = 512;

// Sixteen values by code, at one place of the block.
using CodeTable = std::array<double, 16>;

class Prober {
  public:
    explicit Prober(const ProbedFormat& format) : format_(format) {}

    std::vector<uint8_t> record(uint8_t scale_byte) const {
        std::vector<uint8_t> out(format_.record_bytes);
        out[0] = scale_byte;
        return out;
    }

    // Under each selector; sub-blocks have the factor 1.
    std::vector<CodeTable> tables() const {
        std::vector<CodeTable> out;
        for (const uint8_t byte : format_.scale_bytes) {
            auto& table = out.emplace_back();
            for (uint8_t code = 0; code < 16; ++code)
                table[code] = double{format_.decode(record(byte), code)[0]};
        }
        return out;
    }

    // Largest factor of each length of runs, longest first.
    std::vector<SubBlockFactor> factors() const {
        std::vector<SubBlockFactor> out;
        for (size_t bit = 8; bit < 8 * format_.record_bytes; ++bit) {
            const size_t elements = changed_by(bit);
            if (elements == 0) continue;
            auto at = std::ranges::find(out, elements, &SubBlockFactor::elements);
            if (at != out.end()) continue;
            auto all = record(format_.scale_bytes[0]);
            for (size_t other = 8; other < 8 * format_.record_bytes; ++other)
                if (changed_by(other) == elements)
                    all[other / 8] = static_cast<uint8_t>(all[other / 8] | 1u << other % 8);
            out.push_back({elements, double{format_.decode(all, 7)[0]} / plain_[0]});
        }
        std::ranges::sort(out, std::greater{}, &SubBlockFactor::elements);
        return out;
    }

    // Whether every value is a whole number of 1 / units.
    bool are_whole(double units) const {
        auto whole = [&](double value) {
            return std::abs(value * units - std::round(value * units)) < 1e-4;
        };
        for (const uint8_t byte : format_.scale_bytes)
            for (size_t bit = 7; bit < 8 * format_.record_bytes; ++bit) {
                auto bytes = record(byte);
                if (bit >= 8) bytes[bit / 8] = static_cast<uint8_t>(1u << bit % 8);
                for (uint8_t code = 0; code < 16; ++code)
                    if (!std::ranges::all_of(format_.decode(bytes, code), whole)) return false;
            }
        return true;
    }

  private:
    // Elements of the block that have another value once this bit of the record is set.
    size_t changed_by(size_t bit) const {
        auto bytes = record(format_.scale_bytes[0]);
        bytes[bit / 8] = static_cast<uint8_t>(1u << bit % 8);
        const auto values = format_.decode(bytes, 7);
        size_t changed = 0;
        for (size_t i = 0; i < values.size(); ++i) changed += values[i] != plain_[i];
        return changed;
    }

    const ProbedFormat& format_;
    std::vector<float> plain_ = format_.decode(record(format_.scale_bytes[0]), 7);
};

// The smallest number that makes every value whole.
int lane_units(const Prober& prober) {
    std::set<double> candidates;
    for (const double odd : odd_units)
        for (double units = odd; units <= most_units; units *= 2) candidates.insert(units);
    for (const double units : candidates)
        if (prober.are_whole(units)) return static_cast<int>(units);
    return 0;
}

int magnitude_bits(double value) {
    return static_cast<int>(std::bit_width(static_cast<uint64_t>(std::llround(value))));
}

// Of a two's complement number.
int signed_bits(double low, double high) {
    return 1 + std::max(magnitude_bits(high), magnitude_bits(-low - 1));
}

// Bits of a lane as functions of the code, one a selector; the sentinel's code is left out.
void count_lane_logic(const std::vector<CodeTable>& tables, int sentinel, FormatHardware& out) {
    for (int bit = 0; bit < out.lane_bits; ++bit) {
        std::set<uint32_t> functions;
        for (const CodeTable& table : tables) {
            uint32_t function = 0;
            for (int code = 0; code < 16; ++code) {
                const auto lane = std::llround(table[static_cast<size_t>(code)] * out.lane_units);
                if (code != sentinel) function |= static_cast<uint32_t>(lane >> bit & 1) << code;
            }
            functions.insert(function);
        }
        if (functions.size() == 2 && functions.contains(0))
            ++out.ands;
        else
            out.muxes += static_cast<int>(functions.size()) - 1;
    }
}

} // namespace

ProbedFormat probed(Format format) {
    const FormatSpec& spec = spec_of(format);
    PackedTensor tensor;
    tensor.format = format;
    tensor.rows = 1;
    tensor.k = static_cast<uint64_t>(spec.block);
    ProbedFormat out{.block = spec.block,
                     .significand_bits = spec.scale_spec().fraction_bits + 1,
                     .record_bytes = tensor.scale_bytes_per_row(),
                     .sentinel = spec.sentinel};
    int one = 0;
    while (scale_to_float(decode_scale(spec.scale_spec(), one)) != 1) ++one;
    for (int selector = 0; selector < spec.selectors(); ++selector)
        out.scale_bytes.push_back(static_cast<uint8_t>(spec.byte_of_selector(selector) | one));
    out.decode = [tensor](std::span<const uint8_t> record, uint8_t code) {
        PackedTensor block = tensor;
        block.codes.assign(block.k / 2, static_cast<uint8_t>(code * 0x11));
        block.scales.assign(record.begin(), record.end());
        std::vector<Fp32> values(block.k);
        std::vector<float> floats(block.k);
        if (dequantize_tensor(block, values, "a block"))
            std::ranges::transform(values, floats.begin(), &Fp32::to_float);
        return floats;
    };
    return out;
}

FormatHardware hardware_of(const ProbedFormat& format) {
    const Prober prober(format);
    const auto tables = prober.tables();
    FormatHardware out{.record_bytes = format.record_bytes,
                       .lane_units = lane_units(prober),
                       .significand_bits = format.significand_bits,
                       .factors = prober.factors()};
    double low = 0, high = 0;
    std::set<double> specials;
    for (const CodeTable& table : tables) {
        low = std::min(low, *std::ranges::min_element(table));
        high = std::max(high, *std::ranges::max_element(table));
        if (format.sentinel >= 0) specials.insert(table[static_cast<size_t>(format.sentinel)]);
    }
    double factor = out.lane_units;
    for (const SubBlockFactor& each : out.factors) factor *= each.largest;
    low *= factor;
    high *= factor;
    out.lane_bits = signed_bits(low, high);
    const double product = std::max(low * low, high * high), dot = product * format.block,
                 significand = (1 << out.significand_bits) - 1;
    out.product_bits = signed_bits(low * high, product);
    out.dot_bits = signed_bits(low * high * format.block, dot);
    out.term_bits = magnitude_bits(dot * significand * significand);
    const int odd = out.lane_units >> std::countr_zero(static_cast<unsigned>(out.lane_units));
    out.divisor = odd * odd;
    out.specials = specials.size();
    count_lane_logic(tables, format.sentinel, out);
    return out;
}

std::string lane_logic_text(const FormatHardware& hardware) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (hardware.muxes) add(std::to_string(hardware.muxes) + " mux2");
    if (hardware.ands) add(std::to_string(hardware.ands) + " AND");
    if (hardware.specials)
        add("compare, " + std::to_string(hardware.lane_bits) + " mux2; " +
            std::to_string(hardware.specials) + ":1 special");
    for (const SubBlockFactor& each : hardware.factors)
        add("up to ×" + general_text(each.largest, 3) + " by " + std::to_string(each.elements));
    return out.empty() ? "-" : out;
}

std::string bits_text(int block, size_t record_bytes) {
    return general_text(4 + 8 * static_cast<double>(record_bytes) / block, 4);
}

} // namespace fp4::quant
