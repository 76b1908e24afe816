#include "doc_tables.hpp"

#include <sstream>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/dot_profile.hpp"
#include "fp4/encode/encode.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "op.hpp"

namespace fp4 {
namespace {

std::string number(double value) {
    std::ostringstream text;
    text.precision(9);
    text << value;
    return text.str();
}

std::string hex(int value, int digits) {
    std::string text;
    for (int i = digits - 1; i >= 0; --i) text += "0123456789ABCDEF"[value >> (4 * i) & 15];
    return text;
}

std::string row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const auto& cell : cells) text += " " + cell + " |";
    return text + "\n";
}

std::string head(const std::vector<std::string>& cells) {
    std::string text = row(cells) + "|";
    for (size_t i = 0; i < cells.size(); ++i) text += "---|";
    return text + "\n";
}

std::string in_code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string elements() {
    std::vector<std::string> codes{"code"};
    for (int code = 0; code < 16; ++code) codes.push_back(hex(code, 1));
    std::string text = head(codes);
    for (const CodeBook& book : code_books) {
        std::vector<std::string> values{in_code(book.name)},
            integers{"times " + std::to_string(book.units)};
        for (uint8_t code = 0; code < 16; ++code) {
            values.push_back(code == book.negative_zero ? "-0" : number(book.value({code})));
            integers.push_back(std::to_string(book.values[code]));
        }
        text += row(values) + row(integers);
    }
    return text;
}

std::string payload(int value) { return value < 0 ? "none" : "0x" + hex(value, 2); }

std::string scale_value(const ScaleSpec& spec, int p) {
    const Scale scale = decode_scale(spec, p);
    return spec.fraction_bits == 0 ? "2^" + std::to_string(scale.exponent)
                                   : number(scale_to_float(scale));
}

std::string scale_types() {
    std::string text = head({"type", "exponent bits", "fraction bits", "bias", "subnormals",
                             "smallest above zero", "largest", "NaN payload"});
    for (const auto& spec : scale_specs) {
        const int smallest = spec.min_payload();
        text += row({in_code(spec.name), std::to_string(spec.exponent_bits),
                     std::to_string(spec.fraction_bits), std::to_string(spec.bias),
                     spec.subnormals ? "yes" : "no",
                     payload(smallest) + " = " + scale_value(spec, smallest),
                     payload(spec.max_payload) + " = " + scale_value(spec, spec.max_payload),
                     payload(spec.nan_payload)});
    }
    return text;
}

// Every value of a type with three fraction bits, one exponent field per row.
std::string scale_values(ScaleType type) {
    const ScaleSpec& spec = spec_of(type);
    std::vector<std::string> titles{"payload"};
    for (int fraction = 0; fraction < 8; ++fraction)
        titles.push_back("+" + std::to_string(fraction));
    std::string text = head(titles);
    for (int first = 0; first <= spec.payload_mask(); first += 8) {
        std::vector<std::string> cells{"0x" + hex(first, 2)};
        for (int p = first; p < first + 8; ++p) {
            const Scale scale = decode_scale(spec, p);
            cells.push_back(scale.nan ? "NaN" : number(scale_to_float(scale)));
        }
        text += row(cells);
    }
    return text;
}

std::string formats() {
    std::string text =
        head({"format", "block", "elements", "scale type", "scale bytes", "units of a lane",
              "special's code", "sign of the special", "V1 or V2", "in RTL", "made by encoders"});
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const FormatSpec& spec = format_specs[i];
        std::string makers;
        for (const auto& encoder : encoder_specs)
            if (encoder.makes(static_cast<Format>(i)))
                makers += (makers.empty() ? "" : ", ") + in_code(encoder.name);
        const auto bit = [](int b, const char* without) {
            return b < 0 ? std::string(without) : "bit " + std::to_string(b);
        };
        std::string elements = in_code(spec_of(spec.code_book).name);
        if (spec.has_code_book_bit())
            elements += ", with bit " + std::to_string(spec.code_book_bit) + " " +
                        (spec.other_ratio.denominator == 1
                             ? ""
                             : std::to_string(spec.other_ratio.numerator) + "/" +
                                   std::to_string(spec.other_ratio.denominator) + " of ") +
                        in_code(spec_of(spec.other_code_book).name);
        if (spec.sub_blocks == SubBlocks::doublings) elements += ", parts times 1, 2 or 4";
        if (spec.sub_blocks == SubBlocks::quarters) elements += ", parts times 4/4 to 7/4";
        text += row({in_code(spec.name), std::to_string(spec.block), elements,
                     in_code(spec.scale_spec().name), std::to_string(spec.scale_bytes()),
                     "1/" + std::to_string(spec.lane_units()),
                     spec.has_specials() ? "0x" + hex(spec.sentinel, 1) : "none",
                     bit(spec.sign_bit, "-"),
                     bit(spec.select_bit, spec.has_specials() ? "V1 only" : "-"),
                     spec.in_rtl ? "yes" : "no", makers.empty() ? "none, decoded only" : makers});
    }
    return text;
}

std::string encoders() {
    std::string text = head({"encoder", "makes", "rule"});
    for (const auto& spec : encoder_specs) {
        std::string made;
        for (size_t i = 0; i < format_specs.size(); ++i)
            if (spec.makes(static_cast<Format>(i)))
                made += (made.empty() ? "" : ", ") + in_code(format_specs[i].name);
        text += row({in_code(spec.name), made, std::string(spec.summary)});
    }
    return text;
}

std::string profiles() {
    std::string text =
        head({"profile", "what it does", "products per rounding", "rounding", "in RTL"});
    for (const auto& profile : arithmetic_profiles) {
        const std::string products = profile.accumulation == Accumulation::exact ? "all of K"
                                     : profile.accumulation == Accumulation::sequential
                                         ? "one block"
                                         : std::to_string(profile.steps.terms * dot_lanes);
        text += row({in_code(profile.name), std::string(profile.summary), products,
                     profile.rounding == Rounding::nearest_even ? "nearest even" : "toward zero",
                     profile.in_rtl ? "yes" : "no"});
    }
    return text;
}

std::string exact_limits() {
    std::string text = head({"A", "B", "V1, V2 (half-units)", "largest K of an exact sum"});
    struct Pair {
        Format a, b;
        Specials specials;
    };
    std::vector<Pair> pairs{{Format::razer_a, Format::razer_w, {}},
                            {Format::razer_a, Format::razer_w, {31, 31}},
                            {Format::razer_a, Format::razer_a, {31, 31}}};
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (format_specs[i].encode_max >= 0)
            pairs.push_back({static_cast<Format>(i), static_cast<Format>(i), {}});
    for (const auto& [a, b, specials] : pairs)
        text += row({in_code(spec_of(a).name), in_code(spec_of(b).name),
                     spec_of(a).has_specials() ? std::to_string(specials.v1_halves) + ", " +
                                                     std::to_string(specials.v2_halves)
                                               : "-",
                     std::to_string(exact_k_limit(a, specials, b, specials))});
    return text;
}

std::string gpu_profiles() {
    std::string text = head(
        {"profile", "GPU", "instruction", "K", "products per step", "F", "output", "rests on"});
    for (const auto& profile : dot_profiles) {
        const char* evidence = profile.evidence == Evidence::silicon ? "silicon"
                               : profile.evidence == Evidence::model
                                   ? "model"
                                   : "silicon for four products, else model";
        text += row({in_code(profile.name), std::string(profile.gpu),
                     std::string(profile.instruction), std::to_string(profile.k),
                     std::to_string(profile.step), std::to_string(profile.fraction_bits),
                     std::string(spec_of(profile.output).name), evidence});
    }
    return text;
}

std::string vector_columns() {
    std::string text = head({"op", "column", "digits (nvfp4)", "holds", "compared"});
    for (size_t i = 0; i < vec::all_ops().size(); ++i) {
        const vec::OpSpec& op = *vec::all_ops()[i];
        for (const vec::Column& column : op.columns) {
            const int digits = column.digits(vec::default_config(static_cast<vec::Op>(i)));
            text += row({&column == &op.columns[0] ? in_code(op.name) : "", in_code(column.name),
                         digits ? std::to_string(digits) : "any", std::string(column.meaning),
                         column.checked ? "yes" : ""});
        }
    }
    return text;
}

// A comment: the names of a table's rows in lines of 100 columns, indented alike.
template <class Rows>
std::string names_in_comment(const std::string& title, const Rows& rows) {
    constexpr size_t columns = 100;
    std::string text, line = "//   " + title;
    const std::string indent = "//" + std::string(line.size() - 2, ' ');
    for (const auto& each : rows) {
        if (line.size() + 1 + each.name.size() > columns) {
            text += line + "\n";
            line = indent;
        }
        line += " " + std::string(each.name);
    }
    return text + line + "\n";
}

} // namespace

const std::map<std::string, std::function<std::string()>>& doc_tables() {
    static const std::map<std::string, std::function<std::string()>> tables{
        {"names-in-comment",
         [] {
             return names_in_comment("formats ", format_specs) +
                    names_in_comment("profiles", arithmetic_profiles);
         }},
        {"elements", elements},
        {"encoders", encoders},
        {"exact-limits", exact_limits},
        {"gpu-profiles", gpu_profiles},
        {"formats", formats},
        {"profiles", profiles},
        {"scale-types", scale_types},
        {"vector-columns", vector_columns},
        {"e3m3-values", [] { return scale_values(ScaleType::e3m3); }},
        {"ue4m3-values", [] { return scale_values(ScaleType::ue4m3); }},
    };
    return tables;
}

} // namespace fp4
