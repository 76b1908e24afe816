// The rows of the accuracy table.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/quant/faar/faar_variants.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "fp4/quant/report/row.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct TableRow {
    RowKey key;                             // domain: all
    std::optional<Scheme> scheme{};         // none: the reference
    const Arithmetic* arithmetic = nullptr; // null: fake-quantized
    const NamedMethod* method = nullptr;    // null: the reference
    bool aligned_on_calibration = false;    // the second stage sees the calibration windows alone
    const FaarVariant* variant = nullptr;   // what is other than --faar says
    std::string stage1 = "faar";            // the method whose first stage an aligned row has
    std::string made_as{}; // the method under whose name the model is made, where other rows have
                           // it too; empty: the row's own
    std::optional<Encoder>
        evaluated_activations{}; // in place of the encoder under which it is made

    std::string_view model_method() const { return made_as.empty() ? key.method : made_as; }
    // What the made model is evaluated under.
    Scheme evaluated_scheme() const {
        Scheme out = *scheme;
        if (evaluated_activations) out.activations->encoder = *evaluated_activations;
        return out;
    }
};

// What a scheme does to activations, as rows name it: nvfp4, fouroversix, razer-a, none.
std::string activation_name(const Scheme& scheme);

// All of them, the reference first and every denominator before the rows that it divides.
std::vector<TableRow> table_rows();

// Rows that match METHOD[/FORMAT[/ACTS[/ARITH[/SEED]]]]; unknown_name where none does.
Result<std::vector<TableRow>> select_rows(const std::vector<TableRow>& rows,
                                          const std::vector<std::string>& only);

} // namespace fp4::quant
