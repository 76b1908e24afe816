// The slow twin of the GPU dot products: the rows of the definition's table, numbers as wide
// integers, no code shared with golden.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "slow_dot.hpp"

namespace fp4::slow {

struct GpuDot {
    std::string element; // fp16 bf16 tf32 e4m3 e5m2
    int step;
    int kept_bits;
    std::string output; // f32 e8m13 f16
    bool legacy = false;
    bool scaled = false;
    int emax_floor = 0;
};

// The exponent of a zero, which leads nothing.
inline constexpr int out_of_sight = -100000;

// Every profile, spelt out of one line per table row: where, which elements, step, F, binary32
// output, binary16 output.
inline std::map<std::string, GpuDot> gpu_dots() {
    std::map<std::string, GpuDot> dots;
    const auto add = [&](const std::string& where, const std::vector<std::string>& elements,
                         int step, int kept_bits, const std::string& wide, bool half,
                         bool legacy = false, bool scaled = false) {
        const int generation = where == "v100"                                          ? 0
                               : where == "turing" || where == "a100" || where == "ada" ? 1
                                                                                        : 2;
        for (const auto& element : elements) {
            if (!wide.empty())
                dots[where + "-" + element + "-f32"] = {element, step,   kept_bits,        wide,
                                                        legacy,  scaled, -131 - generation};
            if (half)
                dots[where + "-" + element + "-f16"] = {element, step,   kept_bits,       "f16",
                                                        legacy,  scaled, -19 - generation};
        }
    };
    add("v100", {"fp16"}, 4, 23, "f32", true);
    add("turing", {"fp16"}, 8, 24, "f32", true);
    for (const char* gpu : {"a100", "ada"}) {
        add(gpu, {"fp16"}, 8, 24, "f32", true);
        add(gpu, {"bf16"}, 8, 24, "f32", false);
        add(gpu, {"tf32"}, 4, 24, "f32", false);
    }
    add("ada", {"e4m3", "e5m2"}, 16, 13, "e8m13", true);
    for (const char* gpu : {"h100", "b200"}) {
        add(gpu, {"fp16"}, 16, 25, "f32", true);
        add(gpu, {"bf16"}, 16, 25, "f32", false);
        add(gpu, {"tf32"}, 8, 25, "f32", false);
        add(std::string(gpu) + "-mma", {"e4m3", "e5m2"}, 16, 25, "f32", true, true);
    }
    add("h100-wgmma", {"e4m3", "e5m2"}, 32, 13, "e8m13", true);
    add("b200-tcgen05", {"e4m3", "e5m2"}, 32, 25, "f32", true);
    add("sm120-mma", {"e4m3", "e5m2"}, 32, 25, "f32", true);
    add("blackwell-mxf8", {"e4m3", "e5m2"}, 32, 25, "f32", false, false, true);
    return dots;
}

struct Number {
    enum Kind { finite, infinite, nan } kind;
    bool negative;
    Exact value;
    int exponent;
};

inline Layout element_layout(const std::string& element) {
    if (element == "fp16") return {5, 10, 15};
    if (element == "bf16") return {8, 7, 127};
    if (element == "tf32") return {8, 10, 127};
    if (element == "e4m3") return {4, 3, 7};
    return {5, 2, 15};
}

inline Number number_of(const Layout& layout, bool e4m3, uint32_t code) {
    const uint32_t half = 1u << (layout.exponent_bits + layout.fraction_bits),
                   magnitude = code % half, hidden = 1u << layout.fraction_bits;
    const bool negative = code >= half;
    const uint32_t field = magnitude / hidden, fields = 1u << layout.exponent_bits;
    if (e4m3 ? magnitude == 0x7F : field == fields - 1 && magnitude % hidden != 0)
        return {Number::nan, negative, 0, 0};
    if (!e4m3 && field == fields - 1) return {Number::infinite, negative, 0, 0};
    const Exact value = value_of_code(layout, magnitude);
    const int exponent =
        magnitude == 0 ? out_of_sight : std::max(static_cast<int>(field), 1) - layout.bias;
    return {Number::finite, negative, negative ? Exact(-value) : value, exponent};
}

inline Number product_of(const Number& a, const Number& b) {
    const bool negative = a.negative != b.negative;
    if (a.kind == Number::nan || b.kind == Number::nan) return {Number::nan, negative, 0, 0};
    if (a.kind == Number::infinite || b.kind == Number::infinite) {
        const bool by_zero = (a.kind == Number::finite && a.value == 0) ||
                             (b.kind == Number::finite && b.value == 0);
        return {by_zero ? Number::nan : Number::infinite, negative, 0, 0};
    }
    return {Number::finite, negative, Exact(a.value * b.value), a.exponent + b.exponent};
}

inline bool is_special(const GpuDot& dot, const std::vector<Number>& terms, uint32_t& d) {
    bool nan = false, plus = false, minus = false;
    for (const Number& term : terms) {
        nan = nan || term.kind == Number::nan;
        if (term.kind == Number::infinite) (term.negative ? minus : plus) = true;
    }
    const bool half = dot.output == "f16";
    d = plus ? (half ? 0x7C00 : 0x7F800000) : (half ? 0xFC00 : 0xFF800000);
    if (nan || (plus && minus)) d = half ? 0x7FFF : 0x7FFFFFFF;
    return nan || plus || minus;
}

inline Number c_number(const GpuDot& dot, uint32_t bits) {
    return number_of(dot.output == "f16" ? fp16_layout : fp32_layout, false, bits);
}

inline uint32_t gpu_step(const GpuDot& dot, std::vector<Number> terms, uint32_t c) {
    terms.push_back(c_number(dot, c));
    uint32_t d;
    if (is_special(dot, terms, d)) return d;
    int emax = dot.emax_floor;
    bool all_zero = true;
    for (const Number& term : terms) {
        emax = std::max(emax, term.exponent);
        all_zero = all_zero && term.value == 0;
    }
    if (all_zero) return 0;
    Exact sum = 0;
    for (const Number& term : terms)
        if (term.value != 0) sum += cut(term.value, emax - dot.kept_bits);
    if (dot.output == "f16") return bits_of_value(fp16_layout, sum, false);
    if (dot.output == "f32") return bits_of_value(fp32_layout, sum, true);
    return bits_of_value({8, 13, 127}, sum, true) * 1024;
}

inline uint32_t rounded_sum(const GpuDot& dot, uint32_t x, uint32_t c) {
    const std::vector<Number> terms{c_number(dot, x), c_number(dot, c)};
    uint32_t d;
    if (is_special(dot, terms, d)) return d;
    return bits_of_value(dot.output == "f16" ? fp16_layout : fp32_layout,
                         terms[0].value + terms[1].value, false);
}

// c in the layout of the output.
inline uint32_t gpu_dot(const GpuDot& dot, const std::vector<uint32_t>& a,
                        const std::vector<uint32_t>& b, uint32_t c,
                        const std::vector<uint8_t>& a_scales = {},
                        const std::vector<uint8_t>& b_scales = {}) {
    const Layout layout = element_layout(dot.element);
    std::vector<Number> products;
    for (size_t i = 0; i < a.size(); ++i) {
        const auto element = [&](uint32_t code) {
            return number_of(layout, dot.element == "e4m3", code);
        };
        products.push_back(product_of(element(a[i]), element(b[i])));
        if (!dot.scaled) continue;
        const int scale = a_scales[i / 32] + b_scales[i / 32] - 254;
        Number& product = products.back();
        if (a_scales[i / 32] == 255 || b_scales[i / 32] == 255) product.kind = Number::nan;
        product.exponent += scale;
        product.value = scaled(product.value, scale);
    }
    if (dot.legacy) {
        for (size_t first = 0; first < products.size(); first += 32) {
            std::vector<Number> low, high;
            for (size_t i = first; i < first + 32; ++i)
                (i % 4 < 2 ? low : high).push_back(products[i]);
            c = rounded_sum(dot, gpu_step(dot, high, gpu_step(dot, low, 0)), c);
        }
        return c;
    }
    for (size_t first = 0; first < products.size(); first += static_cast<size_t>(dot.step)) {
        const size_t last = std::min(products.size(), first + static_cast<size_t>(dot.step));
        c = gpu_step(dot,
                     {products.begin() + static_cast<ptrdiff_t>(first),
                      products.begin() + static_cast<ptrdiff_t>(last)},
                     c);
    }
    return c;
}

} // namespace fp4::slow
