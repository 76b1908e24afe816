#include <array>

#include "arithmetic/operand.hpp"
#include "comparison.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "operands.hpp"

namespace fp4::kernels {
namespace {

using namespace test;

constexpr std::array<uint32_t, 9> tensor_scales{0x3F800000, 0x3A3D5412, 0x00012345,
                                                0x7F7FFFFF, 0x33800000, 0x80000000,
                                                0xBF800001, 0x7F800000, 0x7FC00001};

// RNE of binary32 in binary16; the sign of a zero is that of the binary32 unless the format has one
// zero.
std::vector<uint32_t> as_f16(const std::vector<Fp32>& values, Format format) {
    std::vector<uint32_t> out;
    for (const Fp32 value : values) {
        const uint32_t bits = convert_fp32(value, OutputType::f16);
        out.push_back(bits == 0 && value.negative() && spec_of(format).has_signed_zeros() ? 0x8000
                                                                                          : bits);
    }
    return out;
}

void compare_all_types(Comparison& comparison, Engine& engine, const PackedTensor& tensor,
                       const std::string& context) {
    std::vector<Fp32> f32(tensor.rows * tensor.k);
    std::vector<Bf16> bf16(f32.size());
    if (!dequantize_tensor(tensor, f32, "tensor") || !dequantize_tensor(tensor, bf16, "tensor"))
        return comparison.fail(context + ": golden refused it");
    comparison.compare(engine.decode(tensor, Dense::f32), words_of(f32), context + " f32");
    comparison.compare(engine.decode(tensor, Dense::bf16), words_of(bf16), context + " bf16");
    comparison.compare(engine.decode(tensor, Dense::f16), as_f16(f32, tensor.format),
                       context + " f16");
}

Outcome random_tensors(Engine& engine, const CheckSize& size, Format format) {
    Comparison comparison;
    Rng rng(1);
    for (const Specials specials : some_specials)
        for (const uint32_t scale : tensor_scales) {
            auto tensor = random_tensor(
                rng, format, specials, static_cast<uint64_t>(rng.between(1, size.rows)),
                static_cast<uint64_t>(32 * rng.between(1, size.blocks / 2)), 20);
            tensor.tensor_scale = {scale};
            compare_all_types(comparison, engine, tensor, "tensor scale " + hex(scale));
            for (uint64_t row = 0; row < tensor.rows; ++row)
                tensor.row_scales.push_back({tensor_scales[static_cast<size_t>(
                    rng.below(static_cast<int>(tensor_scales.size())))]});
            compare_all_types(comparison, engine, tensor, "scales of rows");
        }
    return std::move(comparison).outcome();
}

// A row for each scale byte.
Outcome every_code_under_every_scale(Engine& engine, Format format) {
    Comparison comparison;
    const auto block = static_cast<size_t>(spec_of(format).block);
    for (const Specials specials : some_specials) {
        PackedTensor tensor{format,
                            specials,
                            256,
                            block,
                            std::vector<uint8_t>(256 * block / 2),
                            std::vector<uint8_t>(256)};
        for (size_t i = 0; i < tensor.codes.size(); ++i)
            tensor.codes[i] = static_cast<uint8_t>((2 * i + 1) % 16 << 4 | 2 * i % 16);
        for (size_t i = 0; i < 256; ++i) tensor.scales[i] = static_cast<uint8_t>(i);
        compare_all_types(comparison, engine, tensor,
                          "specials " + std::to_string(specials.v1_halves) + " " +
                              std::to_string(specials.v2_halves));
    }
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> decode_checks() {
    std::vector<Check> out;
    for (const Format format : all_formats) {
        if (!has_kernels(spec_of(format))) continue;
        const std::string name(spec_of(format).name);
        out.push_back({"decode", name + " random", [=](Engine& engine, const CheckSize& size) {
                           return random_tensors(engine, size, format);
                       }});
        out.push_back({"decode", name + " edges", [=](Engine& engine, const CheckSize&) {
                           return every_code_under_every_scale(engine, format);
                       }});
    }
    return out;
}

} // namespace fp4::kernels
