// The ops as data: what a line of each holds. --help, `list`, the generator and the checker are all
// derived from these rows.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "splitmix64.hpp"
#include "vector_config.hpp"

namespace fp4::vec {

enum class Kind : uint8_t {
    tag,           // one free word
    lanes,         // 16 codes as a SystemVerilog literal: element 0 is the last digit
    block,         // the codes of a block, written like lanes
    rows,          // codes row by row, k = 0 first, one digit per code
    scales,        // scale bytes, block 0 first
    fp32,          // binary32 bits, one or more
    fp32_elements, // binary32 values of a block, element 0 in the last 8 digits
    unsigned_int,
    signed_int, // two's complement
};

struct Column {
    std::string_view name;
    Kind kind;
    char operand; // 'a' or 'b': whose format codes and scales have
    bool checked; // an output: computed by golden and compared
    int (*digits)(const VectorConfig&);
    std::string_view meaning;
};

using Words = std::vector<std::string>;

struct OpSpec {
    std::string_view name;
    std::string_view summary;
    bool accumulates;                // two operands, C and a profile
    std::span<const Column> columns; // inputs before outputs
    uint64_t (*edge_cases)(const VectorConfig&);
    Words (*edge_case)(const VectorConfig&, uint64_t index); // input columns of index < edge_cases
    Words (*random_case)(const VectorConfig&, SplitMix64&);
    Result<Words> (*outputs)(
        const VectorConfig&,
        std::span<const std::string_view> inputs); // inputs have been checked for digits

    size_t inputs() const;
};

extern const OpSpec decode_op, scale_op, encode_op, dot16_op, mma_op, gemm_op;

std::span<const OpSpec* const> all_ops();
const OpSpec& spec_of(Op op);

// Words between spaces and tabs.
std::vector<std::string_view> split_words(std::string_view text);

// "a, b, c"
template <class Specs>
std::string names_of(const Specs& specs) {
    std::string names;
    for (const auto& spec : specs) names += (names.empty() ? "" : ", ") + std::string(spec.name);
    return names;
}

} // namespace fp4::vec
