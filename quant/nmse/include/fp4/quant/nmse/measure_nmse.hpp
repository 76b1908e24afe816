// The error of an encoder on the sets of nmse_data.hpp.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/encode/encoder.hpp"
#include "fp4/quant/nmse/nmse_data.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// A format and an encoder that makes it.
struct NmsePair {
    Format format;
    Encoder encoder;

    friend bool operator==(const NmsePair&, const NmsePair&) = default;
};

// "nvfp4/nv"
std::string pair_name(const NmsePair& pair);

// Every format in golden's order with every encoder that makes it, the default one first.
std::vector<NmsePair> nmse_pairs();

// Values lie in rows of this many.
inline constexpr uint64_t nmse_row = 1024;

// The sets' data: a function of seed and number alone.
class NmseData {
  public:
    // values: a multiple of nmse_row, not 0.
    NmseData(uint64_t seed, uint64_t values);

    const std::vector<float>& of(size_t set) const { return data_[set]; }

  private:
    std::array<std::vector<float>, nmse_sets.size()> data_;
};

using NmseFigures = std::array<double, nmse_sets.size()>;

// The errors of a pair in the order of nmse_sets. Each set is one tensor, its tensor scale, where
// the format has one, from its own largest magnitude; special values and other options are the
// defaults. The same for every number of threads (0: as many as the machine has). Errors: those of
// encode_fast.
Result<NmseFigures> measure_nmse(const NmsePair& pair, const NmseData& data, unsigned threads);

} // namespace fp4::quant
