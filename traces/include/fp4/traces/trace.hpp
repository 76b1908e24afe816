// A trace: the matrix products of layers of a model with their operands as the hardware gets them,
// and where they come from.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/io/safetensors.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4::traces {

// D[M, N] = A[M, K] * B[N, K]^T + C[M, N]: A holds activations, B weights, each in a format of its
// own.
struct TraceOp {
    std::string name;
    PackedTensor a;
    PackedTensor b;
    std::vector<Fp32> c; // M * N, or empty: +0
    std::vector<Fp32> d; // M * N expected raw accumulator outputs, or empty

    uint64_t m() const { return a.rows; }
    uint64_t n() const { return b.rows; }
    uint64_t k() const { return a.k; }
    uint64_t macs() const { return m() * n() * k(); }
};

// Where the numbers come from; printed with every result made from them. A packed checkpoint's
// codes, scale bytes and tensor scales are run as they are stored.
enum class Source : uint8_t {
    synthetic,
    checkpoint,
    checkpoint_synthetic_activations,
    packed_checkpoint,
    packed_checkpoint_synthetic_activations,
};
inline constexpr std::array<std::string_view, 5> source_names{
    "synthetic", "checkpoint", "checkpoint+synthetic-activations", "packed-checkpoint",
    "packed-checkpoint+synthetic-activations"};
constexpr std::string_view name_of(Source source) {
    return source_names[static_cast<size_t>(source)];
}

struct Trace {
    std::string model;
    std::vector<uint64_t> layers{0}; // ascending
    Source source = Source::synthetic;
    std::string source_sha256; // over A then B of each op: binary32 values before quantization, or
                               // codes and scale bytes where they never were numbers here
    std::string encoder;       // one name, or "<weights>:<activations>" where they differ
    uint64_t tokens = 0;
    uint64_t seed = 0;
    io::Metadata
        other_metadata; // keys of a file that this version does not know; written back as they came
    std::vector<TraceOp> ops;
};

// "q" where the trace has one layer, "layers.3.q" where it has several.
std::string op_name(const Trace& trace, uint64_t layer, std::string_view linear);

// The names of the formats that an operand has over all ops, joined by commas.
std::string format_names(const Trace& trace, PackedTensor TraceOp::*operand);

// A trace file (docs/06_simulator.md): every deviation is an error that names the file, the tensor
// or field, and what was expected.
Result<Trace> read_trace(const std::filesystem::path& path);

// Same trace, same bytes.
Status write_trace(const std::filesystem::path& path, const Trace& trace);

} // namespace fp4::traces
