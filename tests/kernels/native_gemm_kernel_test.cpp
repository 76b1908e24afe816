#include "kernel_checks.hpp"

namespace fp4::test {
namespace {

class NativeKernel : public KernelTest {};

TEST_P(NativeKernel, EqualsGolden) { equals_golden(); }

INSTANTIATE_TEST_SUITE_P(Checks, NativeKernel,
                         testing::ValuesIn(emulated(kernels::native_checks())), name_of);

} // namespace
} // namespace fp4::test
