#include "kernel_checks.hpp"

namespace fp4::test {
namespace {

class EncodeKernel : public KernelTest {};

TEST_P(EncodeKernel, EqualsGolden) { equals_golden(); }

INSTANTIATE_TEST_SUITE_P(Checks, EncodeKernel,
                         testing::ValuesIn(emulated(kernels::encode_checks())), name_of);

} // namespace
} // namespace fp4::test
