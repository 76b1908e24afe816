// Quantized layers on the disk while the rest of their model is being made.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"

namespace fp4::quant {

// One safetensors file, whole or not at all. `fingerprint` names the work that the layer belongs
// to.
Status save_layer(const std::filesystem::path& path, const QuantizedLayer& layer,
                  const std::string& fingerprint);

// bad_file: not such a file, or one of other work. `plain` holds the norms alone; `scheme` gives
// the weights' format and specials.
Result<QuantizedLayer> load_layer_file(const std::filesystem::path& path, const Scheme& scheme,
                                       const std::string& fingerprint);

struct LayerFiles {
    std::filesystem::path folder;
    std::string fingerprint; // of the model and of everything that the layers depend on
    Scheme scheme;
    bool own_norms = false; // factors are folded into them, or their gains are trained

    std::filesystem::path path(size_t layer) const;
    bool all_there(size_t layers) const;
    Result<QuantizedLayer> load(size_t layer) const;
};

} // namespace fp4::quant
