#include "rows.hpp"

#include <cstdio>

#include "fp4/gemm/gemm.hpp"

namespace fp4::probe {
namespace {

PackedTensor tensor_of(const uint32_t (&codes)[8], uint32_t scales) {
    PackedTensor t{Format::nvfp4, {}, 1, 64, {}, {}};
    for (int i = 0; i < 32; ++i)
        t.codes.push_back(static_cast<uint8_t>(codes[i / 4] >> 8 * (i % 4)));
    for (int i = 0; i < 4; ++i) t.scales.push_back(static_cast<uint8_t>(scales >> 8 * i));
    return t;
}

std::string hex(uint32_t value, int digits) {
    char text[9];
    std::snprintf(text, sizeof text, "%0*x", digits, value);
    return text;
}

// Codes, k = 0 first, one digit each.
std::string digits_of(const uint32_t (&codes)[8]) {
    std::string text;
    for (int k = 0; k < 64; ++k) text += hex(codes[k / 8] >> 4 * (k % 8) & 15, 1);
    return text;
}

std::string bytes_of(uint32_t scales) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += hex(scales >> 8 * i & 0xFF, 2);
    return text;
}

} // namespace

uint32_t expected_of(const kernels::ProbeRow& row, const Arithmetic& arithmetic) {
    return dot_reference(tensor_of(row.a, row.a_scales), 0, tensor_of(row.b, row.b_scales), 0,
                         {row.c}, arithmetic)
        .bits;
}

std::string silicon_text(std::string_view gpu, std::span<const kernels::ProbeRow> rows,
                         std::span<const uint32_t> d) {
    std::string text = "# fp4sim-silicon 1 gpu=" + std::string(gpu) +
                       " format=nvfp4 k=64 digits=1 rows=" + std::to_string(rows.size()) +
                       " columns=a,b,sfa,sfb,c,d32\n";
    for (size_t i = 0; i < rows.size(); ++i)
        text += digits_of(rows[i].a) + " " + digits_of(rows[i].b) + " " +
                bytes_of(rows[i].a_scales) + " " + bytes_of(rows[i].b_scales) + " " +
                hex(rows[i].c, 8) + " " + hex(d[i], 8) + "\n";
    return text;
}

} // namespace fp4::probe
