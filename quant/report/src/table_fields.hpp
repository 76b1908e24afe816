// What a table's files hold: the fields of each record, in the order they are written. Writing and
// reading both go by these.
#pragma once
#include <algorithm>
#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

#include "fp4/quant/report/table_json.hpp"
#include "fp4/io/message.hpp"

namespace fp4::quant {

template <class Visit, class Key>
requires std::same_as<std::remove_const_t<Key>, RowKey>
void fields(Visit&& visit, Key& key) {
    visit("method", key.method);
    visit("format", key.format);
    visit("acts", key.acts);
    visit("act_format", key.act_format);
    visit("act_scale", key.act_scale);
    visit("arith", key.arith);
    visit("domain", key.domain);
    visit("seed", key.seed);
}

template <class Visit, class R>
requires std::same_as<std::remove_const_t<R>, Row>
void fields(Visit&& visit, R& row) {
    fields(visit, row.key);
    visit("kl", row.kl);
    visit("kl_2se", row.kl_2se);
    visit("kl_closed", row.kl_closed);
    visit("kl_closed_2se", row.kl_closed_2se);
    visit("ppl", row.ppl);
    visit("ppl_2se", row.ppl_2se);
    visit("dnll_vs_rtn", row.dnll_vs_rtn);
    visit("dnll_vs_rtn_2se", row.dnll_vs_rtn_2se);
    visit("gap_closed", row.gap_closed);
    visit("gap_closed_2se", row.gap_closed_2se);
    visit("bits_per_byte", row.bits_per_byte);
    visit("top1", row.top1);
    visit("undecided", row.undecided);
    visit("align_tokens", row.align_tokens);
}

template <class Visit, class R>
requires std::same_as<std::remove_const_t<R>, FailedRow>
void fields(Visit&& visit, R& row) {
    fields(visit, row.key);
    visit("error", row.error);
}

template <class Visit, class R>
requires std::same_as<std::remove_const_t<R>, RowSeconds>
void fields(Visit&& visit, R& row) {
    fields(visit, row.key);
    visit("seconds", row.seconds);
}

template <class Visit, class Context>
requires std::same_as<std::remove_const_t<Context>, TableContext>
void fields(Visit&& visit, Context& context) {
    visit("domains", context.domains);
    visit("windows", context.windows);
    visit("calib_tokens", context.calib_tokens);
    visit("calib_sha256", context.calib_sha256);
    visit("model_sha256", context.model_sha256);
    visit("tokens_sha256", context.tokens_sha256);
    visit("commit", context.commit);
    visit("cpu", context.cpu);
    visit("blas", context.blas);
    visit("threads", context.threads);
    visit("command", context.command);
}

// In the order of tables.
template <class R>
void sort_rows(std::vector<R>& rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const R& a, const R& b) { return row_before(a.key, b.key); });
}

// Of sorted rows.
template <class R>
Status each_once(const std::vector<R>& rows, ErrorCode code, const std::string& where) {
    const auto twice = std::adjacent_find(rows.begin(), rows.end(),
                                          [](const R& a, const R& b) { return a.key == b.key; });
    if (twice == rows.end()) return Done{};
    return Error{code, where + ": row " + io::in_quotes(row_name(twice->key)) +
                           ": expected each row once, found it twice"};
}

} // namespace fp4::quant
