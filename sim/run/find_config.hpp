// The hardware configuration of --config and --profile.
#pragma once
#include "hardware_config.hpp"
#include "options.hpp"
#include "program_files.hpp"

namespace fp4::sim {

// A YAML file, or the name of one that is shipped; --profile takes the place of its profile.
// Errors: those of read_hardware_config; a name nobody knows, with those that are known.
Result<HardwareConfig> find_config(const Options& options, const ProgramFiles& files);

} // namespace fp4::sim
