#include "kernel_checks.hpp"

namespace fp4::test {
namespace {

class GemmKernel : public KernelTest {};

TEST_P(GemmKernel, EqualsGolden) { equals_golden(); }

INSTANTIATE_TEST_SUITE_P(Checks, GemmKernel, testing::ValuesIn(emulated(kernels::gemm_checks())),
                         name_of);

} // namespace
} // namespace fp4::test
