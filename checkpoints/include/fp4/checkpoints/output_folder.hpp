// What a checkpoint that is written may take the place of.
#pragma once
#include "fp4/io/published_folder.hpp"

namespace fp4::checkpoints {

// The metadata key of weight files by which this program knows its own outputs; the value is the
// layout's name.
inline constexpr const char* own_output_key = "fp4sim.layout";

// New names and empty folders; with `replace` also a folder with nothing in it but one checkpoint
// that this program wrote. config.json comes last.
io::FolderPolicy output_policy(bool replace);

} // namespace fp4::checkpoints
