// What a set of vectors is about: op, formats, arithmetic. Written into every file as its header
// line.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/encode/encode.hpp"

namespace fp4::vec {

enum class Op : uint8_t { decode, scale, encode, dot16, mma, gemm };

enum class Level : uint8_t {
    scale_pairs, // dot16: every pair of scale bytes under a product of 1.0
    edges,       // the product of the edge tables; complete for decode and scale
    random,      // every second case from the edges, the others weighted random
};

struct Shape { // of gemm: D is m x n
    int m = 4, n = 4, k = 64;

    friend bool operator==(const Shape&, const Shape&) = default;
};
inline constexpr int max_gemm_rows = 16; // of A and of B
inline constexpr int max_gemm_k = 1024;
inline constexpr int mma_k = 64; // of one fused step

struct VectorConfig {
    Op op = Op::dot16;
    Format a = Format::nvfp4; // activations; the format of ops with one operand
    Format b = Format::nvfp4; // weights
    Specials specials{};
    const Arithmetic* profile = &exact;
    Encoder encoder = Encoder::nv;
    Shape shape{};
    uint64_t seed = 1;
    Level level = Level::edges;
};

// The config an op has when nothing is asked for: nvfp4; nv-blackwell for mma, exact for the
// others.
VectorConfig default_config(Op op);

// One format, "WEIGHTS:ACTIVATIONS", or "razer" = "razer-w:razer-a". Errors: a name nobody knows.
Status set_formats(VectorConfig& config, std::string_view text);

// "MxNxK" of gemm. Errors: outside 1..16, 1..16, 1..1024.
Status set_shape(VectorConfig& config, std::string_view text);

std::optional<Level> level_from_name(std::string_view name); // "1", "2", "scale-pairs"

// Checks that the parts fit the op and each other; an encoder that does not make the format is
// replaced by the default one when `encoder_given` is false.
Status settle(VectorConfig& config, bool encoder_given);

// The header: "key=value" words. Keys: op fmt v1 v2 acc rnd enc shape seed level n gen, those that
// matter to the op.
struct HeaderField {
    std::string_view key;
    std::string value;
};
std::vector<HeaderField> header_fields(const VectorConfig& config);
std::string header_text(const VectorConfig& config, std::optional<uint64_t> cases);

inline constexpr std::string_view header_mark =
    "fp4-vectors 1"; // first comment of a file, the fields in the next

struct Header {
    VectorConfig config;
    std::optional<uint64_t> cases; // lines that the file announces
};

// Reads the words after "# ". Fields named in `given` must agree with those of `asked`. Errors name
// the field.
Result<Header> parse_header(std::string_view text, const VectorConfig& asked,
                            const std::set<std::string>& given);

} // namespace fp4::vec
