// One line of progress on stderr: rewritten in place on a terminal, a line each time elsewhere.
#pragma once
#include <string>

namespace fp4::quant {

class ProgressLine {
  public:
    explicit ProgressLine(bool enabled);
    ~ProgressLine();

    void show(const std::string& text);

  private:
    bool enabled_, terminal_, open_ = false;
};

} // namespace fp4::quant
