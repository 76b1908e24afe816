// The rotary embedding's keys of a config.json.
#pragma once
#include "config_keys.hpp"
#include "fp4/quant/model/decoder_config.hpp"

namespace fp4::quant {

// rope_theta and rope_scaling of a configuration: at top level, in `rope_scaling`, or in the
// `rope_parameters` of newer files. Two of them that say different things are bad_file, naming
// both.
Status read_rope(const ConfigKeys& keys, DecoderConfig& config);

} // namespace fp4::quant
