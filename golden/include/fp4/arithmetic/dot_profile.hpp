// Dot products of GPU tensor cores as data: how many products an instruction adds at once, how many
// bits it keeps and how it rounds.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fp4/arithmetic/aligned_sum.hpp"
#include "fp4/formats/float_element.hpp"

namespace fp4 {

enum class DotOutput : uint8_t { f32, e8m13, f16 };

// A result is rounded to one layout and stored in another whose exponents are the same; C is in the
// stored one.
struct DotOutputSpec {
    std::string_view name;
    FloatSpec rounded;
    FloatSpec stored;
    Rounding rounding;
};

inline constexpr std::array<DotOutputSpec, 3> dot_output_specs{{
    {"f32", fp32_spec, fp32_spec, Rounding::toward_zero},
    {"e8m13", {8, 13, 127}, fp32_spec, Rounding::toward_zero},
    {"f16", fp16_spec, fp16_spec, Rounding::nearest_even},
}};

constexpr const DotOutputSpec& spec_of(DotOutput output) {
    return dot_output_specs[static_cast<size_t>(output)];
}

// Zero products and a zero C take no part in the alignment of a step, and the largest exponent
// never falls below a floor, which is a GPU's for an output of 32 or of 16 bits. MMA-Sim 2 and
// Khattak and Mikaitis (arXiv 2512.07004) agree on both; no measurement decides.
struct UnderflowFloor {
    std::string_view gpu;
    int f32;
    int f16;
};
inline constexpr std::array<UnderflowFloor, 8> underflow_floors{{
    {"V100", -131, -19},
    {"Turing", -132, -20},
    {"A100", -132, -20},
    {"Ada", -132, -20},
    {"H100", -133, -21},
    {"B200", -133, -21},
    {"sm_120", -133, -21},
    {"Blackwell", -133, -21},
}};

enum class DotOrder : uint8_t {
    ascending, // steps in ascending k; C is a term of the first step, D of a step is C of the next
    pairs, // per instruction: a step over k % 4 < 2 from C = 0, a chained one over k % 4 >= 2, then
           // one addition of C, to nearest even
};

// What the row rests on: results measured on a GPU, or a software model of it.
enum class Evidence : uint8_t {
    silicon,
    silicon_of_four, // measured with four products; MMA-Sim for more
    model,           // MMA-Sim
};

struct DotProfile {
    std::string_view name;
    std::string_view gpu;
    std::string_view instruction;
    ElementFormat element;
    int k;             // products of one instruction
    int step;          // products of one fused step
    int fraction_bits; // bits kept below the largest exponent of a step (F)
    DotOutput output;
    Evidence evidence;
    DotOrder order = DotOrder::ascending;
    bool block_scaled = false; // an E8M0 scale per 32 elements and operand; both exponents are
                               // added to each product's
    int short_step = 0;        // a single step of this many products is accepted as well; 0: none

    // Smallest value of a step's largest exponent; below all exponents for a GPU without a row.
    constexpr int emax_floor() const {
        for (const UnderflowFloor& floor : underflow_floors)
            if (floor.gpu == gpu) return output == DotOutput::f16 ? floor.f16 : floor.f32;
        return no_emax_floor;
    }

    // Lengths of A and B: whole instructions where their parts differ, else whole steps.
    constexpr int granule() const { return order == DotOrder::pairs || block_scaled ? k : step; }
    constexpr bool accepts_length(uint64_t products) const {
        return products != 0 && (products % static_cast<uint64_t>(granule()) == 0 ||
                                 products == static_cast<uint64_t>(short_step));
    }
    std::string expected_lengths() const {
        return "a multiple of " + std::to_string(granule()) +
               (short_step ? ", or " + std::to_string(short_step) : "");
    }
};

inline constexpr int scale_block_products = 32;
inline constexpr int max_step_products = 32;

inline constexpr auto dot_profiles = [] {
    using enum ElementFormat;
    using enum DotOutput;
    using enum Evidence;
    using enum DotOrder;
    return std::to_array<DotProfile>({
        {"v100-fp16-f32", "V100", "mma m8n8k4", fp16, 4, 4, 23, f32, silicon},
        {"v100-fp16-f16", "V100", "mma m8n8k4", fp16, 4, 4, 23, f16, silicon},

        {"turing-fp16-f32", "Turing", "mma m16n8k8", fp16, 8, 8, 24, f32, model},
        {"turing-fp16-f16", "Turing", "mma m16n8k8", fp16, 8, 8, 24, f16, model},

        {"a100-fp16-f32", "A100", "mma m16n8k16", fp16, 16, 8, 24, f32, silicon},
        {"a100-fp16-f16", "A100", "mma m16n8k16", fp16, 16, 8, 24, f16, silicon},
        {"a100-bf16-f32", "A100", "mma m16n8k16", bf16, 16, 8, 24, f32, silicon},
        {"a100-tf32-f32", "A100", "mma m16n8k8", tf32, 8, 4, 24, f32, silicon},

        {"ada-fp16-f32", "Ada", "mma m16n8k16", fp16, 16, 8, 24, f32, silicon},
        {"ada-fp16-f16", "Ada", "mma m16n8k16", fp16, 16, 8, 24, f16, silicon},
        {"ada-bf16-f32", "Ada", "mma m16n8k16", bf16, 16, 8, 24, f32, silicon},
        {"ada-tf32-f32", "Ada", "mma m16n8k8", tf32, 8, 4, 24, f32, silicon},
        {"ada-e4m3-f32", "Ada", "mma m16n8k32", e4m3, 32, 16, 13, e8m13, silicon},
        {"ada-e4m3-f16", "Ada", "mma m16n8k32", e4m3, 32, 16, 13, f16, silicon},
        {"ada-e5m2-f32", "Ada", "mma m16n8k32", e5m2, 32, 16, 13, e8m13, silicon},
        {"ada-e5m2-f16", "Ada", "mma m16n8k32", e5m2, 32, 16, 13, f16, silicon},

        {"h100-fp16-f32", "H100", "wgmma k16, mma k16", fp16, 16, 16, 25, f32, silicon},
        {"h100-fp16-f16", "H100", "wgmma k16, mma k16", fp16, 16, 16, 25, f16, silicon},
        {"h100-bf16-f32", "H100", "wgmma k16, mma k16", bf16, 16, 16, 25, f32, silicon},
        {"h100-tf32-f32", "H100", "wgmma k8, mma k8", tf32, 8, 8, 25, f32, silicon_of_four,
         ascending, false, 4},
        {"h100-wgmma-e4m3-f32", "H100", "wgmma k32", e4m3, 32, 32, 13, e8m13,
         silicon}, // measured with C = 0 only
        {"h100-wgmma-e4m3-f16", "H100", "wgmma k32", e4m3, 32, 32, 13, f16, model},
        {"h100-wgmma-e5m2-f32", "H100", "wgmma k32", e5m2, 32, 32, 13, e8m13,
         silicon}, // measured with C = 0 only
        {"h100-wgmma-e5m2-f16", "H100", "wgmma k32", e5m2, 32, 32, 13, f16, model},
        {"h100-mma-e4m3-f32", "H100", "mma m16n8k32", e4m3, 32, 16, 25, f32, model,
         pairs}, // as measured on B200
        {"h100-mma-e4m3-f16", "H100", "mma m16n8k32", e4m3, 32, 16, 25, f16, silicon, pairs},
        {"h100-mma-e5m2-f32", "H100", "mma m16n8k32", e5m2, 32, 16, 25, f32, model,
         pairs}, // as measured on B200
        {"h100-mma-e5m2-f16", "H100", "mma m16n8k32", e5m2, 32, 16, 25, f16, silicon, pairs},

        {"b200-fp16-f32", "B200", "mma k16, tcgen05 k16", fp16, 16, 16, 25, f32, silicon},
        {"b200-fp16-f16", "B200", "mma k16, tcgen05 k16", fp16, 16, 16, 25, f16, silicon},
        {"b200-bf16-f32", "B200", "mma k16, tcgen05 k16", bf16, 16, 16, 25, f32, silicon},
        {"b200-tf32-f32", "B200", "mma k8, tcgen05 k8", tf32, 8, 8, 25, f32, silicon_of_four,
         ascending, false, 4},
        {"b200-mma-e4m3-f32", "B200", "mma m16n8k32", e4m3, 32, 16, 25, f32, silicon, pairs},
        {"b200-mma-e4m3-f16", "B200", "mma m16n8k32", e4m3, 32, 16, 25, f16, silicon, pairs},
        {"b200-mma-e5m2-f32", "B200", "mma m16n8k32", e5m2, 32, 16, 25, f32, silicon, pairs},
        {"b200-mma-e5m2-f16", "B200", "mma m16n8k32", e5m2, 32, 16, 25, f16, silicon, pairs},
        {"b200-tcgen05-e4m3-f32", "B200", "tcgen05 k32, kind f8f6f4", e4m3, 32, 32, 25, f32, model},
        {"b200-tcgen05-e4m3-f16", "B200", "tcgen05 k32, kind f8f6f4", e4m3, 32, 32, 25, f16, model},
        {"b200-tcgen05-e5m2-f32", "B200", "tcgen05 k32, kind f8f6f4", e5m2, 32, 32, 25, f32, model},
        {"b200-tcgen05-e5m2-f16", "B200", "tcgen05 k32, kind f8f6f4", e5m2, 32, 32, 25, f16, model},

        {"sm120-mma-e4m3-f32", "sm_120", "mma m16n8k32, kind f8f6f4", e4m3, 32, 32, 25, f32, model},
        {"sm120-mma-e4m3-f16", "sm_120", "mma m16n8k32, kind f8f6f4", e4m3, 32, 32, 25, f16, model},
        {"sm120-mma-e5m2-f32", "sm_120", "mma m16n8k32, kind f8f6f4", e5m2, 32, 32, 25, f32, model},
        {"sm120-mma-e5m2-f16", "sm_120", "mma m16n8k32, kind f8f6f4", e5m2, 32, 32, 25, f16, model},

        {"blackwell-mxf8-e4m3-f32", "Blackwell", "k32, kind mxf8f6f4", e4m3, 32, 32, 25, f32, model,
         ascending, true},
        {"blackwell-mxf8-e5m2-f32", "Blackwell", "k32, kind mxf8f6f4", e5m2, 32, 32, 25, f32, model,
         ascending, true},
    });
}();

// GPUs whose tensor cores are those of another one, as measured.
struct SameTensorCore {
    std::string_view gpu;
    std::string_view as;
};
inline constexpr std::array<SameTensorCore, 3> same_tensor_cores{
    {{"A2", "A100"}, {"L40S", "Ada"}, {"H200", "H100"}}};

constexpr std::string_view tensor_core_of(std::string_view gpu) {
    for (const auto& same : same_tensor_cores)
        if (same.gpu == gpu) return same.as;
    return gpu;
}

constexpr const DotProfile* dot_profile_from_name(std::string_view name) {
    for (const auto& profile : dot_profiles)
        if (profile.name == name) return &profile;
    return nullptr;
}

// The row for results measured on a GPU, with 16-bit or 32-bit output; null where nothing was
// measured.
constexpr const DotProfile* measured_dot_profile(std::string_view gpu, ElementFormat element,
                                                 bool f16_output) {
    for (const auto& profile : dot_profiles)
        if (profile.gpu == tensor_core_of(gpu) && profile.element == element &&
            (profile.output == DotOutput::f16) == f16_output && profile.evidence != Evidence::model)
            return &profile;
    return nullptr;
}

} // namespace fp4
