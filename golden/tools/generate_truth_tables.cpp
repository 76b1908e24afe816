// Prints rtl/formal/fp4_truth.sv: what golden decodes and what block scales it chooses, input by
// input, as SystemVerilog modules of case statements. Proofs compare cells with them.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fp4/encode/encode_online.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/formats/format_set.hpp"

namespace {

using namespace fp4;

std::string module_name(const char* what, const FormatSpec& spec) {
    std::string name = std::string("fp4_truth_") + what + "_" + std::string(spec.name);
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

constexpr const char* scale_ports = "  input  logic [7:0]        scale_i,\n"
                                    "  output logic [3:0]        significand_o,\n"
                                    "  output logic signed [8:0] exponent_o,\n"
                                    "  output logic              nan_o\n";
constexpr const char* lane_ports = "  input  logic [31:0]       record_i,\n"
                                   "  input  logic [5:0]        place_i, // in the block\n"
                                   "  input  logic [3:0]        code_i,\n"
                                   "  input  logic [4:0]        v1_halves_i,\n"
                                   "  input  logic [4:0]        v2_halves_i,\n"
                                   "  output logic signed [7:0] lane_o\n";

void print_scales(Format format) {
    std::printf("module %s (\n%s);\n  always_comb begin\n    case (scale_i)\n",
                module_name("scale", spec_of(format)).c_str(), scale_ports);
    for (unsigned byte = 0; byte < 256; ++byte) {
        const Scale scale = block_scale(format, byte);
        std::printf(
            "      8'h%02X: {significand_o, exponent_o, nan_o} = {4'd%d, %s9'sd%d, 1'b%d};\n", byte,
            scale.significand, scale.exponent < 0 ? "-" : "", std::abs(scale.exponent), scale.nan);
    }
    std::printf("    endcase\n  end\nendmodule\n\n");
}

// Bits of a record that some lane of the element in this place depends on, specials of 1 and 2
// being told apart.
std::vector<int> bits_that_matter(Format format, int place) {
    std::vector<int> bits;
    for (int bit = 0; bit < 8 * spec_of(format).scale_bytes(); ++bit) {
        bool matters = false;
        for (const ScaleRecord rest : {0x00000000u, 0xFFFFFFFFu, 0x5A5A5A5Au, 0xA5A5A5A5u})
            for (uint8_t code = 0; code < 16; ++code)
                matters =
                    matters || element_lane(format, {1, 2}, rest | 1u << bit, {code}, place) !=
                                   element_lane(format, {1, 2}, rest & ~(1u << bit), {code}, place);
        if (matters) bits.push_back(bit);
    }
    return bits;
}

// Lane by record bits and code. The special values are those of v1 or v2, by sign.
void print_lanes(Format format) {
    const FormatSpec& spec = spec_of(format);
    std::printf("module %s (\n%s);\n  always_comb begin\n    lane_o = '0;\n    case (place_i)\n",
                module_name("lane", spec).c_str(), lane_ports);
    // Places whose lanes depend on the same bits have one table; without sub-blocks all do.
    const int places = spec.has_sub_blocks() ? spec.block : 1;
    for (int place = 0; place < places; ++place) {
        const auto bits = bits_that_matter(format, place);
        if (places == 1)
            std::printf("      default: case ({");
        else
            std::printf("      6'd%d: case ({", place);
        for (size_t i = bits.size(); i-- > 0;) std::printf("record_i[%d], ", bits[i]);
        std::printf("code_i})\n");
        for (unsigned pattern = 0; pattern < 1u << bits.size(); ++pattern) {
            ScaleRecord record = 0;
            for (size_t i = 0; i < bits.size(); ++i) record |= (pattern >> i & 1) << bits[i];
            for (uint8_t code = 0; code < 16; ++code) {
                const auto lane = [&](uint8_t v1, uint8_t v2) {
                    return element_lane(format, {v1, v2}, record, {code}, place);
                };
                std::printf("        %zu'h%02X: lane_o = ", bits.size() + 4, pattern << 4 | code);
                if (lane(1, 1) == lane(2, 2)) {
                    std::printf("%s8'sd%d;\n", lane(1, 1) < 0 ? "-" : "", std::abs(lane(1, 1)));
                    continue;
                }
                const bool second = lane(1, 1) == lane(2, 1);
                for (uint8_t v = 0; v <= special_max_halves; ++v)
                    if (std::abs(second ? lane(0, v) : lane(v, 0)) != v) std::abort();
                std::printf("%s$signed({3'd0, v%d_halves_i});\n", lane(1, 1) < 0 ? "-" : "",
                            second ? 2 : 1);
            }
        }
        std::printf("        default: ;\n      endcase\n");
    }
    if (places != 1) std::printf("      default: ;\n");
    std::printf("    endcase\n  end\nendmodule\n\n");
}

// The block scale of encoder online by the product's leading bits, whether any lie below, and its
// exponent; beyond the listed exponents as at a far one.
void print_online_scales() {
    constexpr int first = -10, last = 13, far = 100;
    const auto payload = [](int leading, bool sticky, int exponent) {
        return online_block_scale(std::ldexp(leading + (sticky ? 0.5 : 0.0), exponent - 6));
    };
    std::printf("module fp4_truth_online_scale (\n  input  logic [6:0]         leading_i,\n"
                "  input  logic               sticky_i,\n"
                "  input  logic signed [10:0] exponent_i,\n"
                "  output logic [6:0]         payload_o\n);\n  always_comb begin\n"
                "    payload_o = exponent_i < 0 ? 7'h%02X : 7'h%02X;\n    case (exponent_i)\n",
                static_cast<unsigned>(payload(127, true, -far)),
                static_cast<unsigned>(payload(64, false, far)));
    for (int exponent = first; exponent <= last; ++exponent) {
        std::printf("      %s11'sd%d: case ({leading_i, sticky_i})\n", exponent < 0 ? "-" : "",
                    std::abs(exponent));
        for (int leading = 64; leading < 128; ++leading)
            for (int sticky = 0; sticky < 2; ++sticky)
                std::printf("        8'h%02X: payload_o = 7'h%02X;\n",
                            static_cast<unsigned>(leading << 1 | sticky),
                            static_cast<unsigned>(payload(leading, sticky == 1, exponent)));
        std::printf("        default: payload_o = 7'h%02X;\n      endcase\n",
                    static_cast<unsigned>(online_block_scale(0)));
    }
    std::printf("      default: ;\n    endcase\n    if (!leading_i[6]) payload_o = 7'h%02X;\n"
                "  end\nendmodule\n\n",
                static_cast<unsigned>(online_block_scale(0)));
}

} // namespace

// One module over the formats of the RTL, chosen by a parameter.
void print_choice(const char* what, const char* ports) {
    std::printf("module fp4_truth_%s #(\n  parameter int Format = 0\n) (\n%s);\n", what, ports);
    for (size_t f = 0; f < format_specs.size(); ++f)
        if (contains(formats_in_rtl, static_cast<Format>(f)))
            std::printf("  if (Format == %zu) begin : g_%zu\n    %s u_truth (.*);\n  end\n", f, f,
                        module_name(what, format_specs[f]).c_str());
    std::printf("endmodule\n\n");
}

int main() {
    std::printf("// Generated by golden through fp4-generate-truth-tables; do not edit.\n\n");
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const auto format = static_cast<Format>(f);
        if (!contains(formats_in_rtl, format)) continue;
        print_scales(format);
        print_lanes(format);
    }
    print_choice("scale", scale_ports);
    print_choice("lane", lane_ports);
    print_online_scales();
}
