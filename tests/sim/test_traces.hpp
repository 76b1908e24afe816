// Small traces and checkpoints that tests write for simrun to read.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/io/safetensors.hpp"
#include "fp4/traces/trace.hpp"

namespace fp4::test {

struct OpShape {
    std::string name;
    uint64_t m, n, k;
};

// Ops with uniformly random codes, scale bytes (no NaN unless asked for) and tensor scales: far
// wilder than any quantized layer.
traces::Trace random_trace(uint64_t seed, Format weights, Format activations,
                           const std::vector<OpShape>& ops, bool nan_scales = false);

// A decoder layer of a tiny Llama as a Hugging Face folder: hidden 64, intermediate 96, 4 heads of
// 16, 2 KV heads, one layer. With `shards` the weights are split over two files with an index.
void write_checkpoint(const std::filesystem::path& folder, io::Dtype dtype, bool shards);

} // namespace fp4::test
