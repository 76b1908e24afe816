// What a pass through a model will hold in memory, before hours are spent on it.
#pragma once
#include <cstdint>
#include <optional>

#include "fp4/quant/model/decoder_config.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// FAAR, one linear at a time, and its second stage.
struct TrainingShape {
    bool curvature = false; // of the whole model: it and the matrices are held
    bool aligned = false;   // the second stage
    bool recompute = false;
    uint64_t batch_windows = 0, length = 0; // of a step of it
};

struct PassShape {
    uint64_t windows = 0;        // whose residual streams are held; 0: weights alone
    uint64_t length = 0;         // tokens of a window
    uint64_t per_call = 1;       // windows that go through a layer together
    uint64_t streams = 1;        // residual streams: one for each model that runs
    bool head = false;           // logits too
    bool second_moments = false; // GPTQ's, of the inputs of all linears of a layer
    uint64_t models_made = 0;    // quantized on the way: their codes stay
    std::optional<TrainingShape> training{};
};

// Bytes of anonymous memory, from above: one layer in float32 twice (its own weights and the
// quantized ones' values), embedding and head, streams, the largest intermediate results of one
// call, LibTorch itself.
uint64_t memory_estimate(const DecoderConfig& config, const PassShape& shape);

// bad_argument where the estimate is above `max_gib`; 0: no limit.
Status check_memory(const DecoderConfig& config, const PassShape& shape, double max_gib);

} // namespace fp4::quant
