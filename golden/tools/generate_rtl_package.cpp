// Prints rtl/fp4_pkg.sv: the format, code book, scale and profile tables of this library as
// SystemVerilog constants.
#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/arithmetic/rtl_formats.hpp"
#include "fp4/formats/decode.hpp"

namespace {

using namespace fp4;

std::string constant_name(std::string_view name) {
    std::string out;
    for (char c : name)
        out += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

void print_int(const std::string& name, long value) {
    std::printf("  localparam int %s = %ld;\n", name.c_str(), value);
}

// One field per row of a table, row 0 in the lowest bits.
template <class Rows>
void print_fields(const std::string& name, int width, const Rows& rows, auto field) {
    const size_t count = rows.size();
    std::printf("  localparam logic [%zu:0] %s = {", count * static_cast<size_t>(width) - 1,
                name.c_str());
    for (size_t i = count; i-- > 0;) {
        const int value = static_cast<int>(std::invoke(field, rows[i]));
        std::printf("%s%d'd%d%s", value < 0 ? "-" : "", width, std::abs(value), i ? ", " : "};\n");
    }
}

template <class Rows>
void print_indices(const std::string& prefix, const Rows& rows) {
    for (size_t i = 0; i < rows.size(); ++i)
        print_int(prefix + "_" + constant_name(rows[i].name), static_cast<long>(i));
}

// Lanes of a code book are half-units, or quarter-units where the book has those.
constexpr int lane_of(const CodeBook& book, size_t code) {
    return book.values[code] * std::max(2, book.units) / book.units;
}

// What lanes of one of a format's code books are multiplied by to become those of golden, the
// factor of sub-blocks aside.
constexpr int multiplier(const FormatSpec& spec, bool other) {
    const Ratio ratio = other ? spec.other_ratio : Ratio{};
    return spec.lane_divisor() * ratio.numerator / ratio.denominator;
}

CodeBookType other_code_book(const FormatSpec& spec) {
    return spec.has_code_book_bit() ? spec.other_code_book : spec.code_book;
}

// Those are golden's lanes, code by code; specials are in the place of -0.
static_assert([] {
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const FormatSpec& spec = format_specs[f];
        if (!spec.in_rtl) continue;
        if (spec.has_specials() && spec.sentinel != e2m1_negative_zero) return false;
        for (const bool other : {false, spec.has_code_book_bit()})
            for (size_t code = 0; code < 16; ++code)
                if (lane_tables[f][other][code] !=
                    lane_of(spec_of(other ? spec.other_code_book : spec.code_book), code) *
                        multiplier(spec, other))
                    return false;
    }
    return true;
}());

void print_code_books() {
    std::printf("\n  // Code books: code c of book b in [8*(8*b + c%%8) +: 8], codes 0 to 7 in one "
                "constant and 8 to 15 in\n  // the other; signed lanes, half-units or, in s1p2, "
                "quarter-units.\n");
    print_int("CODE_BOOKS", code_books.size());
    print_indices("CODE_BOOK", code_books);
    for (size_t first : {0u, 8u}) {
        std::printf("  localparam logic [%zu:0] CODE_BOOK_LANES_%s = {\n",
                    code_books.size() * 64 - 1, first ? "HI" : "LO");
        for (size_t b = code_books.size(); b-- > 0;) {
            unsigned long long row = 0;
            for (size_t c = 8; c-- > 0;)
                row = row << 8 | (static_cast<unsigned>(lane_of(code_books[b], first + c)) & 0xFF);
            std::printf("    64'h%016llX%s\n", row, b ? "," : "");
        }
        std::printf("  };\n");
    }
    std::printf("  localparam logic [3:0] SENTINEL = 4'd%d; // of the formats that have one\n",
                e2m1_negative_zero);
}

void print_scales() {
    std::printf("\n  // Scale types: value = significand * 2^(exponent - 3). NaN payload 256: "
                "none.\n");
    print_int("ZERO_SCALE_EXPONENT", zero_scale_exponent);
    print_int("SCALE_TYPES", scale_specs.size());
    print_indices("SCALE", scale_specs);
    print_fields("SCALE_EXPONENT_BITS", 4, scale_specs, &ScaleSpec::exponent_bits);
    print_fields("SCALE_FRACTION_BITS", 4, scale_specs, &ScaleSpec::fraction_bits);
    print_fields("SCALE_BIASES", 8, scale_specs, &ScaleSpec::bias);
    print_fields("SCALE_SUBNORMALS", 1, scale_specs, &ScaleSpec::subnormals);
    print_fields("SCALE_NAN_PAYLOADS", 9, scale_specs,
                 [](const ScaleSpec& s) { return s.has_nan() ? s.nan_payload : 256; });
}

int lane_magnitude(const FormatSpec& spec) {
    int largest = spec.has_specials() ? special_max_halves : 0;
    for (const CodeBookType type : {spec.code_book, other_code_book(spec)})
        for (size_t code = 0; code < 16; ++code)
            largest = std::max(largest, std::abs(lane_of(spec_of(type), code)));
    return spec.sub_blocks == SubBlocks::doublings ? largest * spec.max_sub_block_factor()
                                                   : largest;
}

// The largest magnitude of an element under its scale in units of 2^-10, of formats whose exact
// sums an int64 in units of 2^-20 holds; 0 of others.
int largest_q10(const FormatSpec& spec) {
    if (!spec.fits_int64_sum()) return 0;
    const Scale scale = decode_scale(spec.scale_spec(), spec.scale_spec().max_payload);
    return lane_magnitude(spec) * scale.significand
           << (scale.exponent - scale_fraction_bits - 1 + ExactSum::fraction_bits / 2);
}

void print_formats() {
    std::printf("\n  // Formats, as coded on the *_format_i ports and in sets of formats, one bit "
                "each. Code books are one-hot.\n  // Bit number 8: none.\n");
    print_int("FORMATS", format_specs.size());
    print_int("FORMAT_W", std::bit_width(format_specs.size() - 1));
    print_indices("FORMAT", format_specs);
    const auto fields = [](const char* name, int width, auto field) {
        print_fields(std::string("FORMAT_") + name, width, format_specs, field);
    };
    fields("BLOCKS", 8, &FormatSpec::block);
    fields("RECORD_BYTES", 4, &FormatSpec::scale_bytes);
    fields("SCALES", 4, [](const FormatSpec& s) { return static_cast<int>(s.scale); });
    const auto book = [](CodeBookType type) { return 1 << static_cast<int>(type); };
    const int books = static_cast<int>(code_books.size());
    fields("CODE_BOOKS", books, [&](const FormatSpec& s) { return book(s.code_book); });
    fields("OTHER_CODE_BOOKS", books,
           [&](const FormatSpec& s) { return book(other_code_book(s)); });
    const auto bit = [](int number) { return number < 0 ? 8 : number; };
    fields("CODE_BOOK_BITS", 4, [&](const FormatSpec& s) { return bit(s.code_book_bit); });
    fields("SIGN_BITS", 4, [&](const FormatSpec& s) { return bit(s.sign_bit); });
    fields("SELECT_BITS", 4, [&](const FormatSpec& s) { return bit(s.select_bit); });
    const auto set = [](const char* name, FormatSet formats) {
        std::printf("  localparam logic [31:0] FORMAT_%s = 32'd%u;\n", name, formats);
    };
    set("IN_RTL", formats_in_rtl);
    set("HAS_SPECIALS", formats_that(&FormatSpec::has_specials));
    const auto with = [](SubBlocks kind) {
        return formats_that([=](const FormatSpec& s) { return s.sub_blocks == kind; });
    };
    set("DOUBLINGS", with(SubBlocks::doublings));
    set("QUARTERS", with(SubBlocks::quarters));
    fields("LANE_MAGNITUDES", 8, lane_magnitude);
    fields("LANE_FRACTION_BITS", 4, &FormatSpec::lane_fraction_bits);
    fields("MULTIPLIERS", 4, [](const FormatSpec& s) { return multiplier(s, false); });
    fields("OTHER_MULTIPLIERS", 4, [](const FormatSpec& s) { return multiplier(s, true); });
    std::printf(
        "  // The largest magnitude of an element under its scale, units of 2^-10; 0: beyond exact "
        "sums of 64 bits.\n");
    fields("LARGEST_Q10", 32, largest_q10);
    std::printf("\n  // Named sets of formats.\n");
    for (const RtlFormatSet& set : rtl_format_sets)
        print_int("FORMATS_" + constant_name(set.name), set.formats);
    std::printf("  localparam logic [31:0] FORMATS_DEFAULT = FORMATS_%s;\n",
                constant_name(rtl_format_sets[0].name).c_str());
}

constexpr int step_blocks = nv_blackwell.steps.terms;

// The fused steps that rtl/ can be parametrized to.
static_assert([] {
    for (const auto& profile : arithmetic_profiles) {
        const auto& steps = profile.steps;
        if (profile.in_rtl && profile.accumulation == Accumulation::fused_steps &&
            (steps.terms != step_blocks || steps.group_terms != 1 || steps.normalized ||
             steps.zero_rule == ZeroRule::zero_sums))
            return false;
    }
    return true;
}());

void print_profiles() {
    std::printf("\n  // Arithmetic profiles, as coded in the parameter Profile; fields are indexed "
                "by it.\n");
    print_int("PROFILES", static_cast<long>(arithmetic_profiles.size()));
    for (size_t i = 0; i < arithmetic_profiles.size(); ++i)
        if (arithmetic_profiles[i].in_rtl) {
            const std::string name = constant_name(arithmetic_profiles[i].name);
            print_int("PROFILE_" + name, static_cast<long>(i));
            print_int("FORMATS_OF_" + name, rtl_formats(arithmetic_profiles[i]));
        }
    print_fields("PROFILE_FORMATS", 32, arithmetic_profiles, rtl_formats);
    const auto fields = [](const char* name, int width, auto field) {
        print_fields(std::string("PROFILE_") + name, width, arithmetic_profiles, field);
    };
    fields("IN_RTL", 1, &Arithmetic::in_rtl);
    fields("NEAREST_EVEN", 1,
           [](const Arithmetic& p) { return p.rounding == Rounding::nearest_even; });
    fields("SEQUENTIAL", 1,
           [](const Arithmetic& p) { return p.accumulation == Accumulation::sequential; });
    fields("LEAVES_OUT_ZERO_PRODUCTS", 1, [](const Arithmetic& p) {
        return p.steps.zero_rule == ZeroRule::zero_products && p.steps.terms ? 1 : 0;
    });
    fields("ZERO_EXPONENTS", 32, [](const Arithmetic& p) { return p.steps.zero_exponent; });
    fields("FRACTION_BITS", 32, [](const Arithmetic& p) { return p.steps.fraction_bits; });
    print_int("EXACT_FRACTION_BITS", ExactSum::fraction_bits);
    print_int("STEP_BLOCKS", step_blocks);
    std::printf("\n  localparam logic [31:0] FP32_NAN = 32'h%08X;\n", fp32_nan.bits);
}

} // namespace

int main() {
    std::printf("// Generated from the tables of golden/ by fp4-generate-rtl-package; do not "
                "edit.\n");
    std::printf("package fp4_pkg;\n");
    print_code_books();
    print_scales();
    print_formats();
    print_profiles();
    std::printf("\nendpackage\n");
}
