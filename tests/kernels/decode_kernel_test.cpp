#include "kernel_checks.hpp"

namespace fp4::test {
namespace {

class DecodeKernel : public KernelTest {};

TEST_P(DecodeKernel, EqualsGolden) { equals_golden(); }

INSTANTIATE_TEST_SUITE_P(Checks, DecodeKernel,
                         testing::ValuesIn(emulated(kernels::decode_checks())), name_of);

} // namespace
} // namespace fp4::test
