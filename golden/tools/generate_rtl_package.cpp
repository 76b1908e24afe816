// Prints rtl/fp4_pkg.sv: the format and profile tables of this library as SystemVerilog constants.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/block_term.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/formats/format.hpp"

namespace {

std::string constant_name(std::string_view name) {
    std::string out;
    for (char c : name)
        out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

void print_int(const std::string& name, long value) {
    std::printf("  localparam int %s = %ld;\n", name.c_str(), value);
}

void print_elements() {
    std::printf("\n  // Element: E2M1 magnitudes in half-units, entry c in [4*c +: 4]; bit 3 of a "
                "code is its sign.\n");
    std::printf("  localparam logic [31:0] E2M1_MAG_HALVES = 32'h");
    for (int code = 7; code >= 0; --code)
        std::printf("%X", static_cast<unsigned>(fp4::e2m1_halves_table[static_cast<size_t>(code)]));
    std::printf(";\n");
    std::printf("  localparam logic [3:0] SENTINEL = 4'd%d; // of the formats that have one\n",
                fp4::e2m1_negative_zero);
}

void print_scales() {
    std::printf("\n  // Scale types: value = significand * 2^(exponent - 3).\n");
    print_int("ZERO_SCALE_EXPONENT", fp4::zero_scale_exponent);
    for (size_t i = 0; i < fp4::scale_specs.size(); ++i) {
        const fp4::ScaleSpec& spec = fp4::scale_specs[i];
        if (std::ranges::none_of(fp4::format_specs, [&](const fp4::FormatSpec& format) {
                return format.in_rtl && format.scale == static_cast<fp4::ScaleType>(i);
            }))
            continue;
        const std::string prefix = constant_name(spec.name);
        print_int(prefix + "_BIAS", spec.bias);
        if (spec.nan_payload >= 0) print_int(prefix + "_NAN_PAYLOAD", spec.nan_payload);
    }
}

// One sentinel for all formats, and where negative zero would be.
static_assert([] {
    for (const auto& spec : fp4::format_specs)
        if (spec.in_rtl && spec.has_specials() && spec.sentinel != fp4::e2m1_negative_zero)
            return false;
    return true;
}());

void print_formats() {
    std::printf("\n  // Formats, as coded on the *_format_i ports; code 3 is not used.\n");
    std::printf("  typedef enum logic [1:0] {\n");
    const char* separator = "";
    for (size_t i = 0; i < fp4::format_specs.size(); ++i) {
        if (!fp4::format_specs[i].in_rtl) continue;
        std::printf("%s    FORMAT_%s = 2'd%zu", separator,
                    constant_name(fp4::format_specs[i].name).c_str(), i);
        separator = ",\n";
    }
    std::printf("\n  } format_e;\n");
    for (const auto& spec : fp4::format_specs) {
        if (!spec.in_rtl) continue;
        const std::string prefix = constant_name(spec.name);
        if (spec.sign_bit >= 0) print_int(prefix + "_SIGN_BIT", spec.sign_bit);
        if (spec.select_bit >= 0) print_int(prefix + "_SELECT_BIT", spec.select_bit);
    }
}

constexpr int step_blocks = fp4::nv_blackwell.steps.terms;

// The fused steps that rtl/ can be parametrized to.
static_assert([] {
    for (const auto& profile : fp4::arithmetic_profiles) {
        const auto& steps = profile.steps;
        if (profile.in_rtl && profile.accumulation == fp4::Accumulation::fused_steps &&
            (steps.terms != step_blocks || steps.group_terms != 1 || steps.normalized ||
             steps.fraction_bits < fp4::fp32_spec.fraction_bits ||
             steps.zero_rule == fp4::ZeroRule::zero_sums ||
             profile.rounding != fp4::Rounding::toward_zero))
            return false;
    }
    return true;
}());

// One field per profile, profile 0 in the lowest bits.
void print_fields(const std::string& name, int width, int (*field)(const fp4::Arithmetic&)) {
    const size_t count = fp4::arithmetic_profiles.size();
    std::printf("  localparam logic [%zu:0] %s = {", count * static_cast<size_t>(width) - 1,
                name.c_str());
    for (size_t i = count; i-- > 0;) {
        const int value = field(fp4::arithmetic_profiles[i]);
        std::printf("%s%d'd%d%s", value < 0 ? "-" : "", width, std::abs(value), i ? ", " : "};\n");
    }
}

void print_profiles() {
    using fp4::Arithmetic;
    std::printf("\n  // Arithmetic profiles, as coded in the parameter Profile; fields are indexed "
                "by it.\n");
    print_int("PROFILES", static_cast<long>(fp4::arithmetic_profiles.size()));
    for (size_t i = 0; i < fp4::arithmetic_profiles.size(); ++i)
        if (fp4::arithmetic_profiles[i].in_rtl)
            print_int("PROFILE_" + constant_name(fp4::arithmetic_profiles[i].name),
                      static_cast<long>(i));
    print_fields("PROFILE_IN_RTL", 1, [](const Arithmetic& p) { return p.in_rtl ? 1 : 0; });
    print_fields("PROFILE_LEAVES_OUT_ZERO_PRODUCTS", 1, [](const Arithmetic& p) {
        return p.steps.zero_rule == fp4::ZeroRule::zero_products && p.steps.terms ? 1 : 0;
    });
    print_fields("PROFILE_ZERO_EXPONENTS", 32,
                 [](const Arithmetic& p) { return p.steps.zero_exponent; });
    print_fields("PROFILE_FRACTION_BITS", 32,
                 [](const Arithmetic& p) { return p.steps.fraction_bits; });
    print_int("TERM_FRACTION_BITS", fp4::block_term_fraction_bits);
    print_int("EXACT_FRACTION_BITS", fp4::ExactSum::fraction_bits);
    print_int("STEP_BLOCKS", step_blocks);
    std::printf("\n  localparam logic [31:0] FP32_NAN = 32'h%08X;\n", fp4::fp32_nan.bits);
}

} // namespace

int main() {
    std::printf("// Generated from the format and profile tables of golden/ by "
                "fp4-generate-rtl-package; do not edit.\n");
    std::printf("package fp4_pkg;\n");
    print_elements();
    print_scales();
    print_formats();
    print_profiles();
    std::printf("\nendpackage\n");
}
