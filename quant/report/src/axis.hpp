// From values to places on a drawing.
#pragma once
#include <string>
#include <vector>

namespace fp4::quant {

enum class Scale { linear, log };

struct Tick {
    double value;
    std::string text;
};

class Axis {
  public:
    // low < high, both positive on a log scale; equal ends are moved apart. from: the place of low.
    Axis(double low, double high, Scale scale, double from, double to);

    double place(double value) const; // values outside are put at the nearer end

    // Round values within the range: 1, 2 and 5 times powers of ten, about `wanted` of them; on a
    // log scale powers of ten alone from two decades on and where the others are too many, and
    // evenly spaced values where a range of less than one holds too few of the others.
    std::vector<Tick> ticks(int wanted) const;

  private:
    double low_, high_;
    Scale scale_;
    double from_, to_;
};

} // namespace fp4::quant
