#include "kernel_checks.hpp"

namespace fp4::test {
namespace {

class W4A16Kernel : public KernelTest {};

TEST_P(W4A16Kernel, EqualsGolden) { equals_golden(); }

// These add eight products at a time, so the order of columns within an instruction counts.
TEST_P(W4A16Kernel, EqualsGoldenOnAmpere) { equals_golden(kernels::ampere); }

INSTANTIATE_TEST_SUITE_P(Checks, W4A16Kernel, testing::ValuesIn(emulated(kernels::w4a16_checks())),
                         name_of);

} // namespace
} // namespace fp4::test
