#include <array>

#include "arithmetic/operand.hpp"
#include "bodies/native_gemm.hpp"
#include "comparison.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"
#include "operands.hpp"

namespace fp4::kernels {
namespace {

using namespace test;

// One part of an operand as nvfp4: of specials the first or the second of their E2M1 values.
PackedTensor part(const PackedTensor& tensor, int which) {
    const FormatSpec& spec = spec_of(tensor.format);
    PackedTensor out{
        Format::nvfp4, {}, tensor.rows, tensor.k, std::vector<uint8_t>(tensor.codes.size()),
        tensor.scales};
    for (size_t i = 0; i < tensor.rows * tensor.k; ++i) {
        const uint8_t byte = tensor.scales[i / 16], code = tensor.codes[i / 2] >> 4 * (i % 2) & 0xF;
        uint8_t found = which ? 0 : code & 7 ? code : 0;
        if (code == spec.sentinel) {
            uint8_t parts[2];
            const bool second = spec.has_second_special() && byte >> spec.select_bit & 1;
            split_special(second ? tensor.specials.v2_halves : tensor.specials.v1_halves, parts[0],
                          parts[1]);
            found = static_cast<uint8_t>(parts[which] | (byte & 0x80) >> 4);
        }
        if (!spec.has_specials()) found = code;
        out.codes[i / 2] |= static_cast<uint8_t>(found << 4 * (i % 2));
    }
    for (uint8_t& byte : out.scales)
        byte = static_cast<uint8_t>(byte & spec.scale_spec().payload_mask());
    return out;
}

// Slabs of 64 columns of several tensors, one after the other.
PackedTensor interleave(const std::vector<PackedTensor>& tensors) {
    const uint64_t rows = tensors[0].rows, slabs = (tensors[0].k + 63) / 64;
    PackedTensor out{Format::nvfp4, {}, rows, slabs * 64 * tensors.size(), {}, {}};
    for (uint64_t row = 0; row < rows; ++row)
        for (uint64_t slab = 0; slab < slabs; ++slab)
            for (const PackedTensor& tensor : tensors)
                for (uint64_t block = 4 * slab; block < 4 * slab + 4; ++block) {
                    const bool inside = block < tensor.k / 16;
                    for (uint64_t i = 0; i < 8; ++i)
                        out.codes.push_back(
                            inside ? tensor.codes[row * tensor.k / 2 + block * 8 + i] : 0);
                    out.scales.push_back(inside ? tensor.scales[row * tensor.k / 16 + block] : 0);
                }
    return out;
}

// nv-blackwell over the parts, with both tensor scales and what E3M3 scales lack when they enter as
// UE4M3.
Result<std::vector<uint32_t>> expected_of(const PackedTensor& a, const PackedTensor& b) {
    std::vector<PackedTensor> left, right;
    for (int second = 0; second <= spec_of(b.format).has_specials(); ++second)
        for (int first = 0; first <= spec_of(a.format).has_specials(); ++first) {
            left.push_back(part(a, first));
            right.push_back(part(b, second));
        }
    FP4_TRY_ASSIGN(const auto raw,
                   gemm_reference(interleave(left), interleave(right), {}, nv_blackwell));
    float scale = a.tensor_scale.to_float() * b.tensor_scale.to_float();
    for (const Format format : {a.format, b.format}) scale *= ue4m3_units(spec_of(format).scale);
    std::vector<uint32_t> out;
    for (const Fp32 d : raw) out.push_back(multiply_fp32(d, Fp32::from_float(scale)).bits);
    return out;
}

Outcome parts_of_operands(Engine& engine, const CheckSize& size, Format format_a, Format format_b) {
    if (!engine.has_native()) return {.skipped = "this GPU has no mma.sync kind::mxf4nvf4"};
    Comparison comparison;
    Rng rng(31);
    for (int i = 0; i < size.repeats / 2; ++i) {
        const Specials specials = i % 2 ? Specials{14, 18} : Specials{10, 16};
        const auto k = static_cast<uint64_t>(16 * rng.between(1, size.blocks));
        auto a = random_tensor(rng, format_a, specials,
                               static_cast<uint64_t>(rng.between(1, size.columns)), k, 300);
        auto b = random_tensor(rng, format_b, specials,
                               static_cast<uint64_t>(rng.between(1, 2 * size.rows)), k, 300);
        a.tensor_scale = {0x3A3D5412};
        b.tensor_scale = {0x3B112233};
        const auto expected = expected_of(a, b);
        if (!expected) return {.first = expected.error().message};
        comparison.compare(engine.gemm_native(a, b), *expected,
                           std::to_string(a.rows) + " x " + std::to_string(b.rows) + " x " +
                               std::to_string(k));
    }
    return std::move(comparison).outcome();
}

} // namespace

std::vector<Check> native_checks() {
    std::vector<Check> out;
    for (const Format a : formats_of_16)
        for (const Format b : formats_of_16)
            if (has_kernels(spec_of(a)) && has_kernels(spec_of(b)))
                out.push_back({"native",
                               std::string(spec_of(a).name) + " " + std::string(spec_of(b).name),
                               [=](Engine& engine, const CheckSize& size) {
                                   return parts_of_operands(engine, size, a, b);
                               }});
    return out;
}

} // namespace fp4::kernels
