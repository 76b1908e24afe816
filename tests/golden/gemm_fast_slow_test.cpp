#include "fast_cases.hpp"

namespace fp4 {
namespace {

TEST(GemmFastSlow, EqualsReferenceOnManyOperands) { test::compare_with_reference(70, 400); }

} // namespace
} // namespace fp4
