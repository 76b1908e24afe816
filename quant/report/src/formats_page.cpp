#include "fp4/quant/report/formats_page.hpp"

#include <algorithm>

#include "fp4/quant/pipeline/quantized_format.hpp"
#include "format_hardware.hpp"
#include "format_results.hpp"
#include "nmse_cells.hpp"
#include "number_text.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

std::string bit_text(int bit) { return "bit " + std::to_string(bit); }

// What the bits of the scale record above the payload say, and the code of special values.
std::string selector_text(const FormatSpec& spec, size_t record_bytes) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (spec.has_specials()) add("code " + std::to_string(spec.sentinel) + " special");
    if (spec.sign_bit >= 0) add(bit_text(spec.sign_bit) + " its sign");
    if (spec.select_bit >= 0) add(bit_text(spec.select_bit) + " which");
    if (spec.has_code_book_bit())
        add(bit_text(spec.code_book_bit) + " " + std::string(spec_of(spec.code_book).name) +
            " or " + std::string(spec_of(spec.other_code_book).name));
    if (record_bytes > 1) add("bytes from 1 on: factors of sub-blocks");
    if (out.empty() && spec.selectors() > 1) add("none, bit 7 unused");
    return out.empty() ? "none" : out;
}

std::string formats_table() {
    TableCells out{{"Format", "Scale", "Selector", "Tensor scale", "Per lane, beyond one table",
                    "Block", "Bits/element", "Lane", "Product", "Dot of a block", "Significand",
                    "Term"},
                   {}};
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const FormatSpec& spec = format_specs[i];
        if (!default_encoder(static_cast<Format>(i))) continue;
        const auto hardware = hardware_of(probed(static_cast<Format>(i)));
        std::string term = std::to_string(hardware.term_bits);
        if (hardware.divisor > 1) term += ", 1/" + std::to_string(hardware.divisor);
        out.rows.push_back(
            {std::string(spec.name), std::string(spec.scale_spec().name),
             selector_text(spec, hardware.record_bytes), spec.tensor_scaled ? "yes" : "no",
             lane_logic_text(hardware), std::to_string(spec.block),
             bits_text(spec.block, hardware.record_bytes), std::to_string(hardware.lane_bits),
             std::to_string(hardware.product_bits), std::to_string(hardware.dot_bits),
             std::to_string(hardware.significand_bits), term});
    }
    return markdown_table(std::move(out), 5);
}

std::string accuracy_table(const std::vector<FormatResult>& results) {
    TableCells out{{"Format", "Encoder", "Block", "Bits/element"}, {}};
    std::ranges::copy(nmse_titles(), std::back_inserter(out.header));
    for (const char* acts : {"W4A16", "W4A4"})
        for (const char* column : {"KL ", "PPL "}) out.header.push_back(std::string(column) + acts);
    for (const FormatResult& result : results) {
        const FormatSpec& spec = spec_of(result.pair.format);
        auto& cells = out.rows.emplace_back(std::vector<std::string>{
            std::string(spec.name), std::string(spec_of(result.pair.encoder).name),
            std::to_string(spec.block),
            bits_text(spec.block, probed(result.pair.format).record_bytes)});
        std::ranges::copy(nmse_cells(result.nmse), std::back_inserter(cells));
        for (const Row* row : {result.w4a16, result.w4a4}) {
            cells.push_back(row ? with_error_text(row->kl, row->kl_2se) : "-");
            cells.push_back(row ? with_error_text(row->ppl, row->ppl_2se) : "-");
        }
    }
    return markdown_table(std::move(out), 2);
}

std::string reference_text(const Table& model) {
    const auto at = std::ranges::find_if(model.rows, [](const Row& row) {
        return row.key.method == "bf16" && row.key.domain == all_domains;
    });
    return at == model.rows.end() ? ""
                                  : " BF16 has a perplexity of " + fixed_text(at->ppl, 3) + ".";
}

// "`razer` is razer-w for weights and razer-a for activations."
std::string pairs_text() {
    std::string out;
    for (const QuantizedFormat& format : quantized_formats)
        if (format.weights != format.activations)
            out += " The W4A4 columns of " + std::string(spec_of(format.weights).name) + " and " +
                   std::string(spec_of(format.activations).name) + " are one model, `" +
                   std::string(format.name) +
                   "`: weights in the former, activations in the latter.";
    return out;
}

} // namespace

std::string formats_page(const NmseTable& nmse, const Table& model, std::string_view model_name) {
    const std::string name(model_name);
    return "# Formats\n\nMade from `nmse.json` (`" + nmse.command + "`: seed " +
           std::to_string(nmse.seed) + ", " + std::to_string(nmse.values) + " values a set) and [" +
           name + "](" + name +
           ".md) by `scripts/generate.sh`.\n\n"
           "![Errors of every format on synthetic numbers and in " +
           name +
           ", by its published encoder and by one search for all](formats.svg)\n\n"
           "## What they are and need\n\n"
           "Lanes are element values as two's complement integers, factors of sub-blocks inside; "
           "products, dots of a block and terms (the dot's magnitude times both scales' "
           "significands; binary32 holds 24 bits) are those of the format with itself, special "
           "values 5 and 8. All widths in bits, counted from the values that golden decodes: "
           "structure, not area. A factor common to a run of lanes can also be multiplied into "
           "their sum: narrower lanes, a wider significand. mux2 and AND: bits of a lane that "
           "depend on the selector.\n\n" +
           formats_table() +
           "\n## What they lose\n\n"
           "Each format by its published encoder and by one search that is the same for all "
           "(`sweep`, `sweep-unscaled`). Mean squared error over mean square: N(0,1); Student's t "
           "with 5 degrees of freedom; N(0,1) with two outlier channels of 64 (times 20 and 8); "
           "N(0,1) with every 64 values times exp(σ N(0,1)), where it is the mean over those "
           "groups. The tensor scale is from the largest magnitude of all values. KL (nats a "
           "token, to the model in float32 arithmetic) and perplexity are " +
           name + "'s, errors two standard errors." + reference_text(model) + pairs_text() +
           "\n\n" + accuracy_table(format_results(nmse, model)) + "\n## Every encoder\n\n" +
           nmse_text(nmse.rows);
}

} // namespace fp4::quant
