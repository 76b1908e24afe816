// The parts of a tokenizer.json, each from its place into TokenizerJson; deviations stay in the
// place.
#pragma once
#include "json_place.hpp"
#include "tokenizer_json.hpp"

namespace fp4::quant {

// `model`: vocabulary and merges.
void read_bpe_model(const JsonPlace& model, TokenizerJson& out);

// `pre_tokenizer`: Splits and one ByteLevel.
void read_pre_tokenizer(const JsonPlace& place, TokenizerJson& out);

} // namespace fp4::quant
