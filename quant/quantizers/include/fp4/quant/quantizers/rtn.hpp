// Rounding to nearest: what the format's encoder makes of every weight. 4/6, MSE and RaZeR are this
// with another encoder.
#pragma once
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

class Rtn final : public Quantizer {
  public:
    using Quantizer::Quantizer;
};

} // namespace fp4::quant
