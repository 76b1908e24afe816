// Quantizes two matrices and multiplies them by both of golden's paths, which must agree bit for
// bit.
#include <cstdio>
#include <vector>

#include <fp4/encode/encode.hpp>
#include <fp4/gemm/gemm.hpp>

int main() {
    std::vector<float> x(4 * 64), w(8 * 64);
    for (size_t i = 0; i < x.size(); ++i) x[i] = 0.25f * static_cast<float>(i % 29) - 3.5f;
    for (size_t i = 0; i < w.size(); ++i) w[i] = 0.01f * static_cast<float>(i % 31) - 0.15f;

    const auto a = fp4::encode(x, 4, 64, {.format = fp4::Format::razer_a}, "x");
    const auto b = fp4::encode(w, 8, 64, {.format = fp4::Format::razer_w}, "w");
    if (!a || !b) return std::fprintf(stderr, "%s\n", (a ? b : a).error().message.c_str()), 2;

    const auto expected = fp4::gemm_reference(*a, *b, {}, fp4::nv_blackwell);
    const auto found = fp4::gemm_fast(*a, *b, {}, fp4::nv_blackwell);
    if (!expected || !found)
        return std::fprintf(stderr, "%s\n", (expected ? found : expected).error().message.c_str()),
               2;
    std::printf("%zu outputs, the first is 0x%08X: %s\n", found->size(), found->front().bits,
                *found == *expected ? "equal" : "different");
    return *found == *expected ? 0 : 1;
}
