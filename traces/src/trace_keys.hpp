// The names inside a trace file, once for reader and writer.
#pragma once
#include <bit>

namespace fp4::traces::keys {

static_assert(std::endian::native == std::endian::little,
              "tensors are stored as they lie in memory");

inline constexpr const char *version = "fp4sim.trace", *version_1 = "1", *version_2 = "2";
inline constexpr const char *model = "model", *layer = "layer", *layers = "layers", *ops = "ops";
inline constexpr const char *source = "source", *source_sha256 = "source_sha256";
inline constexpr const char *a_format = "a_format", *b_format = "b_format",
                            *v1_halves = "v1_halves", *v2_halves = "v2_halves",
                            *encoder = "encoder";
inline constexpr const char *tokens = "tokens", *seed = "seed";

// Version 2: of each op, behind its name and side; specials as "V1,V2" in half-units.
inline constexpr const char *format = "format", *specials = "specials";

// Tensor names: op + side + part.
inline constexpr const char *a = ".a_", *b = ".b_", *c = ".c", *d = ".d";
inline constexpr const char *codes = "codes", *scales = "scales", *tensor_scale = "tensor_scale";

} // namespace fp4::traces::keys
