#pragma once
#include <cfenv>

namespace fp4 {

// While it lives, the thread rounds to nearest even and flushes nothing; then the caller's
// floating-point environment is back.
class DefaultFloatingPoint {
  public:
    DefaultFloatingPoint() { std::feholdexcept(&saved_), std::fesetenv(FE_DFL_ENV); }
    ~DefaultFloatingPoint() { std::fesetenv(&saved_); }
    DefaultFloatingPoint(const DefaultFloatingPoint&) = delete;
    DefaultFloatingPoint& operator=(const DefaultFloatingPoint&) = delete;

  private:
    std::fenv_t saved_;
};

} // namespace fp4
