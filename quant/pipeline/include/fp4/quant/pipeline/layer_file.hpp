// Quantized layers on the disk while the rest of their model is being made.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"

namespace fp4::quant {

// A safetensors file for each layer, whole or not there.
struct LayerFiles {
    std::filesystem::path folder;
    std::string fingerprint; // of the model and of everything that the layers depend on
    Scheme scheme;           // gives the weights' format and specials
    bool own_norms = false;  // factors are folded into them, or their gains are trained

    std::filesystem::path path(size_t layer) const;
    bool all_there(size_t layers) const;

    Status save(size_t layer, const QuantizedLayer& quantized) const;

    // Of `plain` the norms and biases alone. bad_file: not such a file, or one of other work.
    Result<QuantizedLayer> load(size_t layer) const;
};

} // namespace fp4::quant
