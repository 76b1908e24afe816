// The comparisons of kernels/kernelcheck as tests: every one on the emulation.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ostream>

#include "check.hpp"
#include "engine/emulated_engine.hpp"

namespace fp4::kernels {

inline void PrintTo(const Check& check, std::ostream* out) {
    *out << check.kernel << ' ' << check.what;
}

} // namespace fp4::kernels

namespace fp4::test {

class KernelTest : public testing::TestWithParam<kernels::Check> {
  protected:
    void equals_golden(const kernels::TensorCores& tensor_cores = kernels::hopper) {
        const auto engine = kernels::emulated_engine(2, tensor_cores);
        const auto outcome = GetParam().run(*engine, kernels::emulated_size);
        if (!outcome.skipped.empty()) GTEST_SKIP() << outcome.skipped;
        EXPECT_EQ(outcome.first, "");
        EXPECT_EQ(outcome.mismatches, 0u);
        EXPECT_GT(outcome.compared, 0u);
    }
};

// "nvfp4 razer-w exact" of `gemm`: gemm_nvfp4_razer_w_exact.
inline std::string name_of(const testing::TestParamInfo<kernels::Check>& check) {
    std::string name = check.param.kernel + "_" + check.param.what;
    std::ranges::replace_if(
        name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    return name;
}

// What is too large to be emulated is not a test.
inline std::vector<kernels::Check> emulated(std::vector<kernels::Check> checks) {
    std::erase_if(checks,
                  [](const kernels::Check& check) { return check.what.ends_with(" large"); });
    return checks;
}

} // namespace fp4::test
