// What identifies a piece of work, so that a resumed run goes on with its own.
#pragma once
#include <string>

#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::quant {

// Over the checkpoint's configuration, tensors, file sizes and times of change, and the options.
Result<std::string> work_fingerprint(const checkpoints::Checkpoint& checkpoint,
                                     const std::string& options);

// SHA-256 over config.json and every tensor's name, shape and bytes.
Result<std::string> model_sha256(const checkpoints::Checkpoint& checkpoint);

} // namespace fp4::quant
