// Version, status messages and the lists of names: all read from golden's tables. fp4_names.h is
// generated from them; the other enumerations of fp4.h are checked here.
#include <algorithm>
#include <array>

#include "c_support.hpp"
#include "fp4/arithmetic/dot_profile.hpp"
#include "fp4/encode/encode.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/fast/isa.hpp"

namespace fp4::capi {
namespace {

static_assert(output_type_specs[FP4_OUTPUT_F32].name == "f32" &&
              output_type_specs[FP4_OUTPUT_BF16].name == "bf16" &&
              output_type_specs[FP4_OUTPUT_F16].name == "f16");
static_assert(FP4_OUTPUT_F16 + 1 == output_type_specs.size(), "fp4.h: an output type is missing");
static_assert(FP4_ISA_PORTABLE == static_cast<int>(Isa::portable) &&
              FP4_ISA_AVX2 == static_cast<int>(Isa::avx2) &&
              FP4_ISA_AVX512_VNNI == static_cast<int>(Isa::avx512_vnni));
static_assert(fp4_operand FP4_OPERAND_INIT(0).v1_halves == Specials{}.v1_halves &&
              fp4_operand FP4_OPERAND_INIT(0).v2_halves == Specials{}.v2_halves);

constexpr int32_t isa_count = FP4_ISA_AVX512_VNNI + 1;

// Names in the tables are literals, so their data ends with NUL.
template <class Table>
const char* name_in(const Table& table, int32_t i) {
    return i >= 0 && static_cast<size_t>(i) < table.size()
               ? table[static_cast<size_t>(i)].name.data()
               : nullptr;
}

// read(row) of a dot profile; NULL or 0 outside the list.
template <class Value, class Read>
Value of_dot_profile(fp4_dot_profile i, Read&& read) {
    return fp4_dot_profile_name(i) ? read(dot_profiles[static_cast<size_t>(i)]) : Value{};
}

template <class Table>
int32_t index_in(const Table& table, const char* name) {
    if (!name) return FP4_UNKNOWN;
    const auto row =
        std::ranges::find_if(table, [&](const auto& spec) { return spec.name == name; });
    return row == table.end() ? FP4_UNKNOWN : static_cast<int32_t>(row - table.begin());
}

} // namespace
} // namespace fp4::capi

using namespace fp4::capi;

uint32_t fp4_abi_version(void) { return FP4_ABI_VERSION; }
const char* fp4_version_string(void) { return FP4SIM_VERSION; }

const char* fp4_status_message(fp4_status status) {
    switch (status) {
    case FP4_OK: return "success";
    case FP4_BAD_ARGUMENT: return "an argument is NULL or outside its documented range";
    case FP4_BAD_SHAPE:
        return "sizes that are zero, overflow, or do not fit each other or the block";
    case FP4_NOT_FINITE: return "NaN or infinity where a number is needed";
    case FP4_BOUND_EXCEEDED: return "K is too long for the exact accumulator";
    case FP4_UNKNOWN_NAME: return "a name nobody knows";
    case FP4_OUT_OF_MEMORY: return "out of memory";
    case FP4_INTERNAL: return "internal error: a defect of the library";
    default: return "not a status";
    }
}

int32_t fp4_format_count(void) { return static_cast<int32_t>(fp4::format_specs.size()); }
const char* fp4_format_name(fp4_format format) { return name_in(fp4::format_specs, format); }
fp4_format fp4_format_from_name(const char* name) { return index_in(fp4::format_specs, name); }
int32_t fp4_format_block(fp4_format format) {
    return fp4_format_name(format) ? fp4::format_specs[static_cast<size_t>(format)].block : 0;
}
int32_t fp4_format_scale_bytes(fp4_format format) {
    return fp4_format_name(format) ? fp4::format_specs[static_cast<size_t>(format)].scale_bytes()
                                   : 0;
}
int32_t fp4_format_lane_units(fp4_format format) {
    return fp4_format_name(format) ? fp4::format_specs[static_cast<size_t>(format)].lane_units()
                                   : 0;
}

int32_t fp4_profile_count(void) { return static_cast<int32_t>(fp4::arithmetic_profiles.size()); }
const char* fp4_profile_name(fp4_profile profile) {
    return name_in(fp4::arithmetic_profiles, profile);
}
fp4_profile fp4_profile_from_name(const char* name) {
    return index_in(fp4::arithmetic_profiles, name);
}

int32_t fp4_encoder_count(void) { return static_cast<int32_t>(fp4::encoder_specs.size()); }
const char* fp4_encoder_name(fp4_encoder encoder) { return name_in(fp4::encoder_specs, encoder); }
fp4_encoder fp4_encoder_from_name(const char* name) { return index_in(fp4::encoder_specs, name); }
int32_t fp4_encoder_makes(fp4_encoder encoder, fp4_format format) {
    return fp4_encoder_name(encoder) && fp4_format_name(format) &&
           fp4::encoder_specs[static_cast<size_t>(encoder)].makes(static_cast<fp4::Format>(format));
}

int32_t fp4_isa_count(void) { return isa_count; }
const char* fp4_isa_name(fp4_isa isa) {
    return isa >= 0 && isa < isa_count ? fp4::name_of(static_cast<fp4::Isa>(isa)).data() : nullptr;
}
fp4_isa fp4_isa_from_name(const char* name) {
    const auto isa = name ? fp4::isa_from_name(name) : std::nullopt;
    return isa ? static_cast<fp4_isa>(*isa) : FP4_UNKNOWN;
}
int32_t fp4_isa_supported(fp4_isa isa) {
    return fp4_isa_name(isa) && guarded(nullptr, [&]() -> fp4::Status {
                                    const auto chosen = fp4::choose_isa(static_cast<fp4::Isa>(isa));
                                    return chosen ? fp4::Status(fp4::Done{}) : chosen.error();
                                }) == FP4_OK;
}

int32_t fp4_output_type_count(void) { return static_cast<int32_t>(fp4::output_type_specs.size()); }
const char* fp4_output_type_name(fp4_output_type type) {
    return name_in(fp4::output_type_specs, type);
}
fp4_output_type fp4_output_type_from_name(const char* name) {
    return index_in(fp4::output_type_specs, name);
}
int32_t fp4_output_type_bytes(fp4_output_type type) {
    return fp4_output_type_name(type) ? fp4::output_type_specs[static_cast<size_t>(type)].bytes : 0;
}

int32_t fp4_dot_profile_count(void) { return static_cast<int32_t>(fp4::dot_profiles.size()); }
const char* fp4_dot_profile_name(fp4_dot_profile profile) {
    return name_in(fp4::dot_profiles, profile);
}
fp4_dot_profile fp4_dot_profile_from_name(const char* name) {
    return index_in(fp4::dot_profiles, name);
}
const char* fp4_dot_profile_gpu(fp4_dot_profile profile) {
    return of_dot_profile<const char*>(profile, [](const auto& row) { return row.gpu.data(); });
}
const char* fp4_dot_profile_instruction(fp4_dot_profile profile) {
    return of_dot_profile<const char*>(profile,
                                       [](const auto& row) { return row.instruction.data(); });
}
const char* fp4_dot_profile_element(fp4_dot_profile profile) {
    return of_dot_profile<const char*>(
        profile, [](const auto& row) { return fp4::spec_of(row.element).name.data(); });
}
int32_t fp4_dot_profile_element_bits(fp4_dot_profile profile) {
    return of_dot_profile<int32_t>(
        profile, [](const auto& row) { return fp4::spec_of(row.element).bits(); });
}
int32_t fp4_dot_profile_k(fp4_dot_profile profile) {
    return of_dot_profile<int32_t>(profile, [](const auto& row) { return row.k; });
}
int32_t fp4_dot_profile_step(fp4_dot_profile profile) {
    return of_dot_profile<int32_t>(profile, [](const auto& row) { return row.step; });
}
int32_t fp4_dot_profile_output_bits(fp4_dot_profile profile) {
    return of_dot_profile<int32_t>(profile, [](const auto& row) {
        return fp4::spec_of(row.output).stored.sign_position() + 1;
    });
}
int32_t fp4_dot_profile_block_scaled(fp4_dot_profile profile) {
    return of_dot_profile<int32_t>(profile, [](const auto& row) { return row.block_scaled; });
}
int32_t fp4_dot_profile_accepts_length(fp4_dot_profile profile, uint64_t products) {
    return of_dot_profile<int32_t>(profile,
                                   [&](const auto& row) { return row.accepts_length(products); });
}
