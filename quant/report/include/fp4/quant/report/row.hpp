// One line of the accuracy table: which model, on which text, and how far it is from the reference.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

// W4A16 and bf16 rows have act_format "none" and act_scale "static".
struct RowKey {
    std::string method;
    std::string format;     // nvfp4, razer; bf16 for the reference
    std::string acts;       // W4A4, W4A16, W16A4; W16A16 for the reference
    std::string act_format; // nvfp4, fouroversix, razer-a, none
    std::string act_scale;  // static, call, token
    std::string arith;      // fake or a profile of golden
    std::string domain;     // `all_domains` or one of them
    uint64_t seed = 0;      // 0 for methods that draw nothing

    bool operator==(const RowKey&) const = default;
};

inline constexpr const char* all_domains = "all";

// Null: not defined for this row. Errors are 2 SE, from resampling source files.
struct Row {
    RowKey key;
    double kl = 0; // nats a token, to the reference
    std::optional<double> kl_2se;
    std::optional<double> kl_closed; // 1 - kl / kl of the denominator
    std::optional<double> kl_closed_2se;
    double ppl = 0;
    std::optional<double> ppl_2se;     // of ppl - ppl of the reference on the same files
    std::optional<double> dnll_vs_rtn; // nats a token; below 0 is better than the denominator
    std::optional<double> dnll_vs_rtn_2se;
    std::optional<double> gap_closed; // (ppl_rtn - ppl) / (ppl_rtn - ppl_reference)
    std::optional<double> gap_closed_2se;
    double bits_per_byte = 0;
    double top1 = 0; // share of tokens whose most likely successor is the reference's
    std::optional<double> undecided;    // share of trained roundings that had not settled
    std::optional<double> align_tokens; // that the second stage was trained on

    bool operator==(const Row&) const = default;
};

// The row that every "closed" of `key` divides by: RTN in NVFP4, fused and static scales, fake
// arithmetic, same acts and domain.
RowKey denominator_of(const RowKey& key);

// "rtn/nvfp4/W4A4/fake", then ", boost" unless all domains, ", seed 2" unless 0, ", call scale"
// unless static.
std::string row_name(const RowKey& key);

// The order of tables: all domains first; W16A16, W4A16, W16A4, W4A4; then methods from rounding to
// training, names the table does not know last.
bool row_before(const RowKey& a, const RowKey& b);

} // namespace fp4::quant
